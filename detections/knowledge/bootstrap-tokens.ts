import type { Knowledge } from '../../core/detection.ts';
import { tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { tokenScope } from '../../core/kubernetes/token-reuse.ts';

/** Tokens live minutes; who made one is of use for as long as a day's records are late. */
const kept = 2 * 86_400_000;

/** When a bootstrap token was made or renewed, by the name of its secret. */
export const knowledge: Knowledge<'kubernetes'> = {
  id: 'knowledge/bootstrap-tokens',
  on: 'kubernetes',
  doc: 'When a bootstrap token was made or renewed (scope `bootstrap-token#<account>#<cluster>#<token id>`); nothing of the token itself.',
  when: {
    verb: ['create', 'update', 'patch'],
    fact: { 'secret.kind': 'bootstrap-token', 'call.outcome': 'succeeded' },
  },
  observe: ({ record, event }) => {
    const token = tokenIdOf(record.objectRef?.name ?? '');
    if (token === '') return [];
    const { account, cluster, time } = event;
    return [
      {
        scope: tokenScope(account, cluster, token),
        add: { written: [new Date(time).toISOString()] },
        expires: time + kept,
      },
    ];
  },
};
