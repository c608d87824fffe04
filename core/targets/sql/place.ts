import type { Source } from '../../event.ts';
import { pathKey, pathOf, single } from '../clause.ts';

/**
 * Where in a table a member of a record is: a column of text, or somewhere in a column of JSON; or nowhere, while a record that holds a
 * certain value there shows it elsewhere, by a condition.
 */
export type Place =
  | { readonly is: 'text'; readonly column: string }
  | { readonly is: 'json'; readonly column: string; readonly path: readonly string[] }
  | { readonly is: 'shown'; readonly value: string; readonly condition: string };

/** How records lie in a table. */
export interface Layout {
  /** Where a member is; undefined: the table has it nowhere, or not so that it can be asked. */
  readonly place: (path: readonly string[]) => Place | undefined;
  /** What stands behind `FROM`, so that a condition finds the columns it names. */
  readonly from: (table: string, condition: string) => string;
  /** An expression that sorts like the record's time, in ISO 8601. */
  readonly time: string;
  /** What a query gives back of what it finds. */
  readonly select: string;
  /** What stands behind the condition; '' nothing. */
  readonly ending: string;
}

/** A name as SQL quotes it. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A text as SQL writes it. */
export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const identity = ['type', 'principalId', 'arn', 'accountId', 'invokedBy', 'accessKeyId', 'userName'];
const issuer = ['type', 'principalId', 'arn', 'accountId', 'userName'];

/** Columns of text, and members of structures, by the path of the record's member, its names joined by dots. */
export const trailColumns: ReadonlyMap<string, string> = new Map(
  [
    ['eventVersion'],
    ['eventTime'],
    ['eventSource'],
    ['eventName'],
    ['awsRegion'],
    ['sourceIPAddress'],
    ['userAgent'],
    ['errorCode'],
    ['errorMessage'],
    ['readOnly'],
    ['eventType'],
    ['recipientAccountId'],
    ['vpcEndpointId'],
    ['sessionCredentialFromConsole'],
    ...identity.map(name => ['userIdentity', name]),
    ...issuer.map(name => ['userIdentity', 'sessionContext', 'sessionIssuer', name]),
    ['userIdentity', 'sessionContext', 'attributes', 'mfaAuthenticated'],
    ['userIdentity', 'sessionContext', 'ec2RoleDelivery'],
  ].map(path => [path.join('.'), path.join('.').toLowerCase()]),
);

/** Members that the table keeps as text of JSON. */
export const trailDocuments: ReadonlySet<string> = new Set([
  'requestParameters',
  'responseElements',
  'additionalEventData',
  'serviceEventDetails',
]);

/** The session of a role that EC2 delivers to an instance is named by its id (IAM User Guide, "Use an IAM role … Amazon EC2 instances"). */
const instanceSession: Place = {
  is: 'shown',
  value: 'AWS::EC2::Instance',
  condition: "useridentity.arn LIKE '%/i-%'",
};

/**
 * The table that CloudTrail's console makes, and Athena's guide describes (Athena User Guide, "Create a table for CloudTrail logs in
 * Athena using manual partitioning"): what it gives back is objects of the trail's bucket, which hold the whole records.
 */
export const athenaTrail: Layout = {
  place: ([first = '', ...rest]) => {
    const column = trailColumns.get([first, ...rest].join('.'));
    if (column !== undefined) return { is: 'text', column };
    if ([first, ...rest].join('.') === 'userIdentity.inScopeOf.issuerType') return instanceSession;
    return trailDocuments.has(first) && rest.length > 0
      ? { is: 'json', column: first.toLowerCase(), path: rest }
      : undefined;
  },
  from: table => table,
  time: 'eventtime',
  select: '"$path" AS object, count(*) AS records',
  ending: 'GROUP BY "$path"\nORDER BY "$path"',
};

const times: { readonly [S in Source]: readonly string[] } = {
  cloudtrail: ['eventTime'],
  kubernetes: ['requestReceivedTimestamp', 'stageTimestamp'],
};

/** The one value at a path of a record, as text. */
const valueAt = (column: string, path: readonly string[]): string =>
  `json_value(${column}, 'lax $${path.map(name => `."${name}"`).join('')}')`;

/** No texts: Trino writes a number as 4.03E2, PostgreSQL a boolean as f. */
const otherwise: ReadonlySet<string> = new Set([['responseStatus', 'code'], ['readOnly']].map(pathKey));

/** Members that hold one text, or none: rules ask much of a session's role, for each of ours. */
export const oneText: readonly (readonly string[])[] = [
  ...[...single].filter(key => !otherwise.has(key)).map(pathOf),
  ['userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
];

/**
 * A table with a column that holds each record whole, as JSON. Members that hold one text become columns of a table around it.
 * @param name of the column
 */
export const wholeRecords = (source: Source, name: string): Layout => {
  const column = quoted(name);
  const texts: ReadonlySet<string> = new Set(oneText.map(pathKey));
  const said = times[source].map(member => valueAt(column, [member]));
  return {
    place: path => {
      if (texts.has(pathKey(path))) return { is: 'text', column: quoted(path.join('.')) };
      return { is: 'json', column, path };
    },
    from: (table, condition) => {
      const columns = oneText.flatMap(path => {
        const own = quoted(path.join('.'));
        return condition.includes(own) ? [`${valueAt(column, path)} AS ${own}`] : [];
      });
      return `(SELECT ${[column, ...columns].join(',\n    ')}\n  FROM ${table}) AS records`;
    },
    time: said.length === 1 ? (said[0] ?? '') : `coalesce(${said.join(', ')})`,
    select: column,
    ending: '',
  };
};
