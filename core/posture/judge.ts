import { text } from '../json.ts';
import { awsMachineKinds, judgeAWSMachine } from './aws-machine.ts';
import { judgeEC2NodeClass } from './ec2nodeclass.ts';
import { judgeNodePool } from './nodepool.ts';
import type { Expectation, Problem, Subject, Weight } from './problem.ts';

/** Kinds by the resource an audit event names. */
const kinds: { readonly [resource: string]: string } = {
  'nodepools.karpenter.sh': 'NodePool',
  'ec2nodeclasses.karpenter.k8s.aws': 'EC2NodeClass',
  'awsmachinetemplates.infrastructure.cluster.x-k8s.io': 'AWSMachineTemplate',
  'awsmachines.infrastructure.cluster.x-k8s.io': 'AWSMachine',
  'awsmachinepools.infrastructure.cluster.x-k8s.io': 'AWSMachinePool',
  'awsmanagedmachinepools.infrastructure.cluster.x-k8s.io': 'AWSManagedMachinePool',
};

/** The kind of `resource.group`, or undefined where specifications of it are not judged. */
export const judgedKind = (resource: string, group: string): string | undefined => {
  const name = `${resource}.${group}`;
  return Object.hasOwn(kinds, name) ? kinds[name] : undefined;
};

/** Resources and groups that are judged, for patterns. */
export const judgedResources: readonly string[] = [
  ...new Set(Object.keys(kinds).map(name => name.slice(0, name.indexOf('.')))),
];
export const judgedGroups: readonly string[] = [
  ...new Set(Object.keys(kinds).map(name => name.slice(name.indexOf('.') + 1))),
];

/**
 * Judges one specification of Karpenter or Cluster API Provider AWS.
 * @param kind absent: read off the object's own `kind`
 * @returns what is wrong, in the order of the specification; nothing for kinds that are not judged
 */
export const judge = (
  subject: Subject,
  expectation: Expectation,
  kind = text(subject.object, 'kind'),
): readonly Problem[] => {
  if (kind === 'NodePool') return judgeNodePool(subject, expectation);
  if (kind === 'EC2NodeClass') return judgeEC2NodeClass(subject, expectation);
  return kind !== undefined && awsMachineKinds.includes(kind) ? judgeAWSMachine(kind, subject, expectation) : [];
};

const order: readonly Weight[] = ['high', 'medium', 'low'];

/** The weightiest of some problems, or undefined where there are none. */
export const weightiest = (problems: readonly Problem[]): Weight | undefined =>
  order.find(weight => problems.some(({ severity }) => severity === weight));
