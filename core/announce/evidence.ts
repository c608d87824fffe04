import type { Source } from '../event.ts';
import { at, type Json, list, text } from '../json.ts';

/** One line of evidence. The value is as in the event: escape it for its channel. */
export interface Line {
  readonly label: string;
  readonly value: string;
}

const longest = 400;

/** A value in short: text as it is, anything else as JSON, never longer than a glance. */
const short = (value: Json | undefined): string => {
  if (value === undefined || value === null || value === '') return '';
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return written.length <= longest ? written : `${written.slice(0, longest - 1)}…`;
};

const joined = (values: readonly Json[]): string => short(values.map(short).filter(Boolean).join(', '));

/** CloudTrail User Guide, "CloudTrail record contents". */
const cloudtrail = (record: Json): readonly (readonly [string, string])[] => [
  ['call', short(`${text(record, 'eventSource') ?? '?'} ${text(record, 'eventName') ?? '?'}`)],
  ['outcome', short([text(record, 'errorCode') ?? 'succeeded', text(record, 'errorMessage') ?? ''].join(' ').trim())],
  ['identity', short(text(record, 'userIdentity', 'arn') ?? text(record, 'userIdentity', 'type'))],
  ['issued by', short(text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn'))],
  ['invoked by', short(text(record, 'userIdentity', 'invokedBy'))],
  ['access key', short(text(record, 'userIdentity', 'accessKeyId'))],
  ['from', short(text(record, 'sourceIPAddress'))],
  ['through endpoint', short(text(record, 'vpcEndpointId'))],
  ['user agent', short(text(record, 'userAgent'))],
  ['request', short(at(record, 'requestParameters'))],
];

/** kubernetes/apiserver, audit.k8s.io/v1 `Event`. Only the last source address is the API server's own observation. */
const kubernetes = (record: Json): readonly (readonly [string, string])[] => {
  const object = (member: string) => text(record, 'objectRef', member);
  const resource = [object('resource'), object('subresource')].filter(Boolean).join('/');
  const name = [object('namespace'), object('name')].filter(Boolean).join('/');
  return [
    ['call', short([text(record, 'verb') ?? '?', resource, name].filter(Boolean).join(' '))],
    [
      'outcome',
      short(joined([at(record, 'responseStatus', 'code') ?? null, text(record, 'responseStatus', 'reason') ?? null])),
    ],
    ['user', short(text(record, 'user', 'username'))],
    ['groups', joined(list(record, 'user', 'groups'))],
    ['acting as', short(text(record, 'impersonatedUser', 'username'))],
    ['from', short(list(record, 'sourceIPs').at(-1))],
    ['user agent', short(text(record, 'userAgent'))],
    ['request', short(text(record, 'requestURI'))],
    ...reading(at(record, 'reading') ?? null),
  ];
};

/** Changes that are shown of an object that was read after the write. */
const changesShown = 8;

/** What the posture reader saw: what is different from the last version it knew, `path: before → after`. */
const reading = (read: Json): readonly (readonly [string, string])[] => {
  const changes = list(read, 'changes');
  const more = changes.length - changesShown + Number(at(read, 'more') ?? 0);
  const since = text(read, 'since');
  return [
    ['read at', short(text(read, 'at'))],
    ['compared with', since === undefined ? '' : `the version read at ${since}`],
    ...changes
      .slice(0, changesShown)
      .map(
        one =>
          [
            'changed',
            short(
              `${text(one, 'path') ?? '?'}: ${text(one, 'before') ?? 'not set'} → ${text(one, 'after') ?? 'removed'}`,
            ),
          ] as const,
      ),
    ['changed', more > 0 ? `and ${more} more` : ''],
  ];
};

const readers: { readonly [S in Source]: (record: Json) => readonly (readonly [string, string])[] } = {
  cloudtrail,
  kubernetes,
};

/** What a responder looks at first in a record, in that order; lines without a value are left out. @param record redacted */
export const evidenceOf = (source: Source, record: Json): readonly Line[] =>
  readers[source](record)
    .filter(([, value]) => value !== '')
    .map(([label, value]) => ({ label, value }));
