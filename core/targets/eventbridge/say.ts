import type { Test } from '../../pattern/node.ts';
import { type Clause, pathKey, pathOf } from '../clause.ts';

/** The clause as EventBridge can say it: what it can't is left out. */
export const speakable = (clause: Clause): Clause =>
  new Map(
    [...clause].flatMap(([path, tests]) => {
      const said = tests.map(test => sayable(test, pathOf(path)));
      return said.every(test => test !== undefined) ? [[path, said] as const] : [];
    }),
  );

/**
 * Members that are text wherever they occur. EventBridge's `exists` looks at leaves only: of an object it says "absent"
 * (Amazon EventBridge User Guide, "Exists matching"), so it is kept for these alone.
 */
const leaves: ReadonlySet<string> = new Set(
  [
    ['errorCode'],
    ['errorMessage'],
    ['vpcEndpointId'],
    ['sessionCredentialFromConsole'],
    ['userIdentity', 'arn'],
    ['userIdentity', 'accessKeyId'],
    ['userIdentity', 'invokedBy'],
    ['userIdentity', 'principalId'],
    ['userIdentity', 'inScopeOf', 'issuerType'],
    ['userIdentity', 'inScopeOf', 'credentialsIssuedTo'],
    ['userIdentity', 'sessionContext', 'ec2RoleDelivery'],
    ['userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
    ['userIdentity', 'sessionContext', 'sourceIdentity'],
  ].map(pathKey),
);

/**
 * Whether EventBridge compares a number: between -5.0e9 and 5.0e9, six digits behind the point (Amazon EventBridge User Guide, "Numeric
 * matching"). A range is kept where both of its bounds are such, for what it makes of an event's greater number is not written down.
 */
const isCompared = (value: number): boolean => Math.abs(value) <= 5e9 && Number.isInteger(value * 1e6);

const isUncompared = (test: Test): boolean =>
  test.is === 'equal' && typeof test.value === 'number' && !isCompared(test.value);

const sayable = (test: Test, path: readonly string[]): Test | undefined => {
  if (isUncompared(test) || (test.is === 'not' && test.tests.some(isUncompared))) return undefined;
  if (test.is === 'numeric')
    return [test.low, test.high].every(bound => bound !== undefined && isCompared(bound.value)) ? test : undefined;
  if (test.is === 'exists' || test.is === 'absent') return leaves.has(pathKey(path)) ? test : undefined;
  if (test.is === 'not') return test.tests.some(inner => inner.is === 'wildcard') ? undefined : test;
  if (test.is !== 'wildcard') return test;
  const [first = '', ...rest] = test.pieces;
  const last = rest.at(-1) ?? '';
  if (rest.length === 0) return { is: 'equal', value: first };
  if (rest.length === 1 && last === '') return first === '' ? undefined : { is: 'prefix', text: first, fold: false };
  if (rest.length === 1 && first === '') return { is: 'suffix', text: last, fold: false };
  // Many stars make a pattern too complex for EventBridge to accept.
  if (rest.length <= 3) return test;
  return first === '' ? undefined : { is: 'prefix', text: first, fold: false };
};
