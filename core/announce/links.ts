import { auditGroupOf } from '../audit-groups.ts';
import { partitionOf } from '../partition.ts';
import type { Settings } from '../settings.ts';

/** Where to look further: a page, or a command to paste. Both are made of checked parts only, never of an event's text. */
export interface Link {
  readonly label: string;
  readonly url: string;
}
export interface Command {
  readonly label: string;
  readonly command: string;
}

const isRegion = (text: string): boolean => /^[a-z]{2,4}(-[a-z]+){1,3}-\d{1,2}$/.test(text);

/** The console of the region's partition. */
const consoleOf = (region: string): string => `https://${region}.${partitionOf(region).console}`;

/** CloudTrail's `eventID` is a GUID that AWS makes; anything else is no id that could be looked up. */
const isEventId = (id: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);

/** The event in CloudTrail's event history, which keeps management events 90 days. */
export const cloudtrailEvent = (
  region: string,
  id: string,
): { links: readonly Link[]; commands: readonly Command[] } => {
  if (!isRegion(region) || !isEventId(id)) return { links: [], commands: [] };
  return {
    links: [
      {
        label: 'Event in CloudTrail',
        url: `${consoleOf(region)}/cloudtrailv2/home?region=${region}#/events/${id}`,
      },
    ],
    commands: [
      {
        label: 'Fetch the event',
        command: `aws cloudtrail lookup-events --region ${region} --lookup-attributes AttributeKey=EventId,AttributeValue=${id}`,
      },
    ],
  };
};

/**
 * How the console's address writes a value: percent-encoded with `*` for `%` and small hexadecimal digits, then the outer marks
 * escaped twice with `$`. Its letters stay as they are: a field `auditid` is in no log.
 */
const starred = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~*]/g, mark => `%${mark.charCodeAt(0).toString(16)}`)
    .replace(/%(..)/g, (_, digits: string) => `*${digits.toLowerCase()}`);
const marks: Readonly<Record<string, string>> = { '~': '$257E', '(': '$2528', ')': '$2529', "'": '$2527' };

/**
 * Logs Insights, opened on a query over one log group and a time span.
 * The address's form is the console's own and undocumented: the query is in the message as well.
 */
export const insightsUrl = (region: string, logGroup: string, query: string, from: number, to: number): string => {
  const time = (at: number) => starred(new Date(at).toISOString());
  const detail = `~(end~'${time(to)}~start~'${time(from)}~timeType~'ABSOLUTE~tz~'UTC~editorString~'${starred(query)}~source~(~'${starred(logGroup)}))`;
  return `${consoleOf(region)}/cloudwatch/home?region=${region}#logsV2:logs-insights$3FqueryDetail$3D${detail.replace(/[~()']/g, mark => marks[mark] ?? mark)}`;
};

const quarter = 15 * 60 * 1000;

/** Everything the audit log has of the call and around it, for a cluster whose audit log is in CloudWatch Logs. */
export const auditQuery = (
  settings: Settings,
  cluster: string,
  region: string,
  auditId: string,
  time: number,
): { links: readonly Link[]; commands: readonly Command[] } => {
  const logGroup = auditGroupOf(settings, cluster) ?? '';
  const where = settings.clusters.find(({ name }) => name === cluster)?.region ?? region;
  // A client may choose its `Audit-ID`: only what reads like an id goes into a query.
  if (!/^[\w./#-]{1,512}$/.test(logGroup) || cluster === '' || !isRegion(where)) return { links: [], commands: [] };
  if (!/^[\w-]{1,64}$/.test(auditId)) return { links: [], commands: [] };
  const query = `fields @timestamp, @message | filter auditID = "${auditId}" | sort @timestamp`;
  const [from, to] = [time - quarter, time + quarter];
  return {
    links: [{ label: 'Audit events in Logs Insights', url: insightsUrl(where, logGroup, query, from, to) }],
    commands: [
      {
        label: 'Query the audit log',
        command: `aws logs start-query --region ${where} --log-group-name '${logGroup}' --start-time ${Math.floor(from / 1000)} --end-time ${Math.ceil(to / 1000)} --query-string '${query}'`,
      },
    ],
  };
};

/** Shows a finding of a stage, whole and as it is now, and says that somebody is on it. Where: docs/responding.md. */
export const storedIn = (stage: string, finding: string): readonly Command[] => [
  { label: 'Show the finding', command: `npx tripline findings show ${finding} --stage ${stage}` },
  { label: 'Acknowledge it', command: `npx tripline findings ack ${finding} --stage ${stage}` },
];

/** Captures that are pointed at, of those of one finding. */
const mostCaptures = 3;

/** Fetches what is kept of a finding's machines; S3 compares its checksum. Only addresses as `core/evidence/bundle.ts` makes them. */
export const keptEvidence = (captures: readonly string[]): readonly Command[] =>
  captures
    .flatMap(address => {
      const [, bucket, key] =
        /^s3:\/\/([a-z0-9.-]{3,63})\/(findings\/[0-9a-f]{16}\/[A-Za-z0-9._-]{1,200}\.json)$/.exec(address) ?? [];
      if (bucket === undefined || key === undefined) return [];
      const command = `aws s3api get-object --bucket ${bucket} --key ${key} --checksum-mode ENABLED evidence.json`;
      return [{ label: 'Fetch what was kept of its machines', command }];
    })
    .slice(-mostCaptures);
