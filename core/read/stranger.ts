import { type JsonObject, text } from '../json.ts';

const columns =
  'It is a row of columns, as Athena and CloudTrail Lake give them, in which parts of the record are lost: ask CloudTrail Lake for `SELECT eventJson`, or give the files of the trail itself.';

/** What is said of a row of a query's answer that does not hold the record whole. */
export const columnsOf = (row: JsonObject): string =>
  Object.keys(row).some(name => name.startsWith('@'))
    ? 'It is a row of Logs Insights without the record itself: ask for it with `fields @message`.'
    : columns;

/** Objects that people have at hand and take for records, and what to do instead. */
const strangers: readonly { readonly holds: (json: JsonObject) => boolean; readonly says: string }[] = [
  { holds: json => text(json, 'eventname') !== undefined, says: columns },
  {
    holds: json => text(json, 'kind') === 'Event' && /^(?:events\.k8s\.io\/)?v1/.test(text(json, 'apiVersion') ?? ''),
    says: 'It is an Event of Kubernetes (kubectl get events), which says what became of an object and not who asked for it: give the audit log.',
  },
  {
    holds: json => typeof json['class_uid'] === 'number',
    says: 'It is an OCSF record, as Security Lake keeps them, in which parts of the record are lost: give the files of the trail itself.',
  },
  {
    holds: json => text(json, 'eventSource')?.startsWith('aws:') === true,
    says: 'It is a record that Lambda hands to a function, of a service that carries no calls or that is unpacked on the command line only.',
  },
];

/** What is said of an object that is no record, nor wraps one. */
export const strangerOf = (json: JsonObject): string =>
  strangers.find(({ holds }) => holds(json))?.says ??
  'It is neither a CloudTrail record nor a Kubernetes audit event, nor a wrapper of one that is known here.';
