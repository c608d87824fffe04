import type { Knowledge } from '../../core/detection.ts';
import { tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { said } from '../../core/kubernetes/said.ts';
import { bootstrapRead, credentialRead, tokenRead } from '../../core/lineage.ts';
import { leaveTrace } from '../../core/state/trace.ts';

/**
 * Who read secrets that join machines or speak to the cloud, where it was neither a controller, a node, the platform nor a listed
 * reader: looked for by who joins, and by what a controller's role does next.
 */
export const knowledge: Knowledge<'kubernetes'> = {
  id: 'knowledge/secret-reads',
  on: 'kubernetes',
  doc: 'Traces of unexpected reads: a bootstrap token (`read-token#<account>#<cluster>#<id>`) and bootstrap data (`read-bootstrap#<account>`), a day a bucket; a controller’s secret (`read-credential#<account>#<controller>`), an hour a bucket.',
  when: {
    verb: ['get', 'list', 'watch'],
    objectRef: { resource: 'secrets' },
    fact: {
      'call.outcome': 'succeeded',
      'secret.kind': ['bootstrap-token', 'bootstrap-data', 'all-in-namespace', 'all-in-cluster', 'controller'],
      'principal.standing': [
        { 'anything-but': ['controller', 'likely-controller', 'platform', 'gitops', 'node', 'service'] },
      ],
      'principal.reader': 'unlisted',
    },
  },
  observe: view => {
    const { event, record } = view;
    const trace = { time: event.time, by: said(view, 'principal.id') };
    const token = tokenIdOf(record.objectRef?.name ?? '');
    const kind = said(view, 'secret.kind');
    const controller = said(view, 'object.controller');
    if (kind === 'bootstrap-token' && token !== '')
      return [leaveTrace(tokenRead.name(event.account, event.cluster, token), trace, tokenRead.within)];
    const owned = !['none', 'unknown'].includes(controller);
    return [
      ...(kind === 'controller' ? [] : [leaveTrace(bootstrapRead.name(event.account), trace, bootstrapRead.within)]),
      ...(owned ? [leaveTrace(credentialRead.name(event.account, controller), trace, credentialRead.within)] : []),
    ];
  },
};
