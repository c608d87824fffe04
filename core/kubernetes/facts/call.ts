import type { Facts } from '../../fact.ts';
import type { OpenPattern } from '../../pattern/language.ts';
import type { Settings } from '../../settings.ts';
import { answered, lastAddress, outcomeOf } from '../call.ts';
import { soughtBy } from '../command.ts';
import { componentAnomalies, componentSigns } from '../component.ts';
import { clusterApiGroup, provisioningGroup, writes } from '../groups.ts';
import { hoursAt } from '../hours.ts';
import { entering, nodeAnomalies, podParts, sensitiveCall } from '../node.ts';
import { placeOf, placeSigns } from '../place.ts';
import { proxiedOf } from '../proxy.ts';

/** What may be a call that an intruder wants, of a kind that components with short roles never make, and of the others. */
const never: readonly OpenPattern[] = [
  { objectRef: { resource: ['secrets'] } },
  { objectRef: { resource: ['certificatesigningrequests'] }, verb: [...writes] },
  { objectRef: { resource: ['serviceaccounts'], subresource: ['token'] } },
  { objectRef: { subresource: [...entering] } },
  { objectRef: { apiGroup: [...provisioningGroup, ...clusterApiGroup] }, verb: [...writes] },
];
const rbac = { objectRef: { apiGroup: ['rbac.authorization.k8s.io'] } };
const others: readonly OpenPattern[] = [
  { objectRef: { resource: ['configmaps'] } },
  // Not their status: kubelets report it all day.
  { objectRef: { resource: ['pods'], subresource: [{ exists: false }] }, verb: [...writes] },
  { objectRef: { subresource: [...podParts] } },
  { responseStatus: { code: [403] } },
];
const sensitive = (): OpenPattern => ({ $or: [...never, rbac, ...others] });

/** The names of components and of controllers inside kube-controller-manager, as filters say them shortest. */
const named = [
  'system:apiserver',
  'system:cloud-controller-manager',
  { prefix: 'system:kube-' },
  { prefix: 'system:serviceaccount:kube-system:' },
] as const;

/** Where no cluster is known whose components have addresses of its own, what those with short roles do is all that is judged. */
const ofComponents = ({ clusters }: Settings): OpenPattern =>
  clusters.some(({ kind }) => kind !== 'eks')
    ? { user: { username: [...named] }, ...sensitive() }
    : {
        user: { username: ['system:kube-scheduler', 'system:kube-proxy'] },
        $or: [...never, { ...rbac, verb: [...writes] }],
      };

/** What was called, from where, and what became of it. */
export const callFacts: Facts<'kubernetes'> = {
  'call.outcome': {
    doc: '`succeeded` (status 2xx, or 101 for a shell; a write that timed out, or a collection’s deletion that ended in an error, which may have been done all the same), `denied` (by authentication or authorization), `dry-run`, `failed` (admission too), or `unknown`: no answer in this stage.',
    needs: () => ({ stage: [...answered] }),
    read: event => outcomeOf(event.record),
  },
  'call.sensitive': {
    doc: 'What an intruder with a stolen identity wants: `secret`, `configmap`, `token`, `certificate`, `exec`, `rbac`, `pod-write`, `provisioning` (a write on Karpenter’s or Cluster API’s groups), `forbidden`; empty for anything else.',
    needs: sensitive,
    read: event => sensitiveCall(event.record),
  },
  'proxy.reaches': {
    doc: 'What of a kubelet a call of `nodes/proxy` reaches: `enter` (its own ways into a container: exec, run, attach, portForward, cri, checkpoint), `measures` (configz, healthz, metrics, stats, by `get`), `other`; `unknown`: no such call.',
    needs: () => ({ objectRef: { resource: ['nodes'], subresource: ['proxy'] } }),
    read: event => proxiedOf(event.record),
  },
  'command.seeks': {
    doc: 'What the command of a `pods/exec` reaches for, as its address has it: `instance-metadata` (by any form of its address, or its name), `pod-identity` (a pod’s tokens, or the agent that hands out its credentials), `node` (what kubelet and runtime keep, `nsenter`, a root that is mounted); empty: nothing of these, or no command.',
    needs: () => ({ objectRef: { resource: ['pods'], subresource: ['exec'] } }),
    read: event => soughtBy(event.record),
  },
  'source.last': {
    doc: 'The last source address: the one the API server saw. Those before it are the client’s own word.',
    needs: () => ({}),
    read: lastAddress,
  },
  'source.place': {
    doc: "`inside` where the last source address is in the cluster's ranges, our egress or private lines; `outside`; `unknown` where settings give no ranges.",
    needs: () => ({}),
    signs: (settings, may, _, cluster) => placeSigns(settings, may, cluster),
    read: placeOf,
  },
  'clock.hours': {
    doc: 'Whether the call came `inside` or `outside` the setting `businessHours`; `unknown` where there are none.',
    needs: () => ({}),
    read: (event, settings) => hoursAt(event.time, settings),
  },
  'node.anomalies': {
    doc: 'What does not fit a node identity: `outside-address`, `foreign-role` (its IAM role is no node role), `foreign-instance` (its session is no instance’s, or another’s).',
    needs: () => ({ user: { username: [{ prefix: 'system:node:' }] } }),
    read: nodeAnomalies,
  },
  'component.anomalies': {
    doc: 'What does not fit an identity of the control plane, on a call that an intruder wants: `outside-address` (of a cluster that the settings say is not EKS’s), `beyond-role` (the scheduler’s or kube-proxy’s, which read no secrets, ask for no tokens, open no shells and write neither access nor what makes nodes).',
    needs: ofComponents,
    signs: (settings, may, _, cluster) => (may([]) ? [{}] : componentSigns(settings, may, cluster)),
    read: componentAnomalies,
  },
  'evidence.omitted': {
    doc: "Whether the API server cut this event's bodies (annotation `audit.k8s.io/truncated`).",
    needs: () => ({}),
    signs: (_, may) => (may(false) ? [{}] : [{ annotations: { 'audit.k8s.io/truncated': ['true'] } }]),
    read: event => event.record.annotations?.['audit.k8s.io/truncated'] === 'true',
  },
};
