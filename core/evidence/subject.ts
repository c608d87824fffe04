import type { Message } from '../announce/message.ts';
import type { TransitionKind } from '../announce/transitions.ts';

/** A machine that a finding is about, by the name it gives: an instance's id or a node's name. */
export interface Subject {
  readonly instance?: string;
  readonly node?: string;
}

/** Machines of which one capture keeps something; more are named in it. */
export const mostSubjects = 5;

/** News after which there may be a machine that was not there before, or is worse off; the rest is about people. */
const capturing: ReadonlySet<TransitionKind> = new Set([
  'first',
  'reopened',
  'severity',
  'principal',
  'resource',
  'continuation',
]);

const instances = /\bi-(?:[0-9a-f]{17}|[0-9a-f]{8})\b/g;

/** As Kubernetes names nodes (RFC 1123 subdomain): anything else is not asked for. */
const nodeName = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/;

/** `system:node:NAME` of a principal, `nodes NAME` of an object. */
const nodeIn = (name: string): readonly string[] => /^(?:system:node:|nodes )(.+)$/.exec(name)?.slice(1) ?? [];

/**
 * The machines to keep something of: those that an announcement of a critical finding names in its key, resources and principals,
 * what is new first. Empty: it is not critical, says nothing new of machines, or names none.
 */
export const subjectsOf = ({ finding, transition }: Message): readonly Subject[] => {
  if (finding.severity !== 'critical' || !capturing.has(transition.kind)) return [];
  const names = [
    ...transition.changes.map(({ value }) => value),
    ...Object.values(finding.key),
    ...finding.resources,
    ...finding.principals,
  ];
  const ids = new Set(names.flatMap(name => name.match(instances) ?? []));
  const nodes = new Set([finding.key['node'] ?? '', ...names.flatMap(nodeIn)].filter(name => nodeName.test(name)));
  return [...[...ids].map(instance => ({ instance })), ...[...nodes].map(node => ({ node }))];
};
