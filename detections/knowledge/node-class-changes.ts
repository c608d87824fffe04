import type { Knowledge } from '../../core/detection.ts';
import { said } from '../../core/kubernetes/said.ts';
import { nodeClassChange } from '../../core/lineage.ts';
import { leaveTrace } from '../../core/state/trace.ts';

/** Who changed a node class, where neither platform, GitOps nor a controller did: looked for by what is launched from it. */
export const knowledge: Knowledge<'kubernetes'> = {
  id: 'knowledge/node-class-changes',
  on: 'kubernetes',
  doc: 'Traces of unexpected writes on EC2NodeClasses (name `changed-nodeclass#<account>#<cluster>#<name>`), half an hour a bucket.',
  when: {
    verb: ['create', 'update', 'patch'],
    objectRef: { apiGroup: 'karpenter.k8s.aws', resource: 'ec2nodeclasses', name: [{ exists: true }] },
    fact: {
      'call.outcome': 'succeeded',
      'principal.standing': [{ 'anything-but': ['controller', 'likely-controller', 'platform', 'gitops', 'service'] }],
    },
  },
  observe: view => {
    const { event, record } = view;
    const name = nodeClassChange.name(event.account, event.cluster, (record.objectRef?.name ?? '').slice(0, 253));
    return [leaveTrace(name, { time: event.time, by: said(view, 'principal.id') }, nodeClassChange.within)];
  },
};
