import type { Knowledge } from '../../core/detection.ts';
import { nodeObject } from '../../core/kubernetes/node-join.ts';
import { said } from '../../core/kubernetes/said.ts';
import { joinedScope, nodeScope } from '../../core/state/node.ts';
import type { Observation } from '../../core/state/observation.ts';

/** As long as instances are kept: nodes live 30 days at most by Karpenter's default expiry. */
const kept = 90 * 86_400_000;

/** When a node came and went, and which instance it is. EKS logs writes on nodes with their bodies. */
export const knowledge: Knowledge<'kubernetes'> = {
  id: 'knowledge/nodes',
  on: 'kubernetes',
  doc: 'Nodes (scope `node#<account>#<cluster>#<name>`): `instance`, `joined` and `gone` (ISO), `joinedBy`. Instances as nodes (scope `joined#<account>#<instance>`): `joined` (ISO), `node` (`<cluster>/<name>`).',
  when: {
    objectRef: { resource: 'nodes', subresource: [{ exists: false }] },
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { verb: ['create', 'delete'] },
      { verb: ['patch', 'update'], requestObject: { spec: { providerID: [{ prefix: 'aws:' }] } } },
    ],
  },
  observe: view => {
    const { record, event } = view;
    const { name, instance } = nodeObject(record);
    if (name === '') return [];
    const at = new Date(event.time).toISOString();
    const about = { cap: 64, expires: event.time + kept };
    const scope = nodeScope(event.account, event.cluster, name);
    if (record.verb === 'delete') return [{ ...about, scope, add: { gone: [at] } }];
    const joins: Observation = {
      ...about,
      scope,
      add: {
        ...(record.verb === 'create' ? { joined: [at], joinedBy: [said(view, 'principal.id').slice(0, 512)] } : {}),
        ...(instance === '' ? {} : { instance: [instance] }),
      },
    };
    if (instance === '') return [joins];
    const add = { joined: [at], node: [`${event.cluster}/${name}`] };
    return [joins, { ...about, scope: joinedScope(event.account, instance), add }];
  },
};
