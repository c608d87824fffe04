import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One statement of a function's policy, without partition, account and stage. */
export interface Allowed {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Partition keys, as `dynamodb:LeadingKeys` is compared with them. */
  readonly keys?: { readonly like: readonly string[] } | { readonly not: readonly string[] } | undefined;
}

/** What each function may do, by its name. */
export type Grants = { readonly [name: string]: readonly Allowed[] };

/** Written by `node test/stack/grants.ts`; `npm run stack:test` holds it to what the stack synthesises. */
export const grantsFile = join(import.meta.dirname, 'grants.json');

export const granted = (): Grants => JSON.parse(readFileSync(grantsFile, 'utf8'));

/** What the page says once of every function: its own log group, the stage's key, its queue and dead letters, tracing, subnets. */
const isCommon = ({ actions, resources }: Allowed): boolean =>
  actions.some(action => /^(?:logs:PutLogEvents|xray:PutTraceSegments|ec2:AssignPrivateIpAddresses)$/.test(action)) ||
  (actions.includes('sqs:SendMessage') && resources.every(one => one.endsWith('-dlq'))) ||
  actions.includes('sqs:ReceiveMessage') ||
  (actions.includes('kms:GenerateDataKey') && resources.every(one => one.startsWith('key/Key')));

const code = (text: string): string => `\`${text}\``;

const saidOf = ({ actions, resources, keys }: Allowed): string => {
  const named = keys === undefined ? [] : 'like' in keys ? keys.like : keys.not;
  const which = keys === undefined ? '' : ` (keys ${'like' in keys ? '' : 'but '}${named.map(code).join(', ')})`;
  return `${actions.map(code).join(' ')} on ${resources.map(code).join(', ')}${which}`;
};

/** The rows of docs/security.md, one a function. */
export const rowsOf = (grants: Grants): readonly string[] =>
  Object.entries(grants).map(
    ([name, all]) =>
      `| ${code(name)} | ${all
        .filter(one => !isCommon(one))
        .map(saidOf)
        .join('<br>')} |`,
  );
