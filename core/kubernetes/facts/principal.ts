import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import type { Settings } from '../../settings.ts';
import { administrators } from '../groups.ts';
import { belongs, callers, type PrincipalKind } from '../identity.ts';
import { ownerOf } from '../owner.ts';
import { formSigns, impersonating, targetSigns, userSigns } from '../user-signs.ts';

/** What the caller may be taken as: the kind that the real and the effective user share. */
const standing = (event: Event<'kubernetes'>, settings: Settings): PrincipalKind | 'mixed' => {
  const { real, effective } = callers(event, settings);
  return real.kind === effective.kind ? real.kind : 'mixed';
};

/** Whom a call impersonates, as far as that is worth knowing. */
const impersonated = (event: Event<'kubernetes'>, settings: Settings): string => {
  const target = event.record.impersonatedUser;
  if (!target?.username) return 'unknown';
  const { kind, form } = callers(event, settings).effective;
  if (kind === 'controller' || kind === 'likely-controller') return 'controller';
  if (form === 'node' || (target.groups ?? []).includes('system:nodes')) return 'node';
  if ((target.groups ?? []).some(group => administrators.some(one => one === group))) return 'masters';
  if (form === 'service' || target.username.startsWith('system:serviceaccount:kube-system:')) return 'system';
  const [, , namespace = '', name = ''] = target.username.startsWith('system:serviceaccount:')
    ? target.username.split(':')
    : [];
  return ownerOf(namespace, name, event, settings) === 'none' ? 'other' : 'controller';
};

/** Who calls. */
export const principalFacts: Facts<'kubernetes'> = {
  'principal.kind': {
    doc: "The real user: `controller` (the settings name its service account for this cluster), `likely-controller` (known by its usual name only), `platform`, `gitops`, `node`, `service` (a Kubernetes or EKS component), `service-account`, `bootstrap` (joins with a bootstrap token), `anonymous`, `person` or `unknown`. A system name on a user of the IAM authenticator is a `person`'s.",
    needs: () => ({}),
    signs: (settings, may, _, cluster) => userSigns('user', settings, may, cluster),
    read: (event, settings) => callers(event, settings).real.kind,
  },
  'principal.effective': {
    doc: 'The kind of the impersonated user, or of the real one where nobody is impersonated.',
    needs: () => ({}),
    signs: (settings, may, _, cluster) => [...userSigns('user', settings, may, cluster), impersonating],
    read: (event, settings) => callers(event, settings).effective.kind,
  },
  'principal.standing': {
    doc: 'The kind that the real and the effective user share, `mixed` where they differ: what an exemption may rest on.',
    needs: () => ({}),
    signs: (settings, may, _, cluster) => [
      ...userSigns('user', settings, may, cluster),
      ...(may('mixed') ? [impersonating] : []),
    ],
    read: standing,
  },
  'principal.form': {
    doc: 'What the real user is whatever the settings allow: `person`, `service-account`, `node`, `service`, `bootstrap`, `anonymous`, `unknown`.',
    needs: () => ({}),
    signs: (settings, may, _, cluster) => formSigns(settings, may, cluster),
    read: (event, settings) => callers(event, settings).real.form,
  },
  'principal.id': {
    doc: 'The Kubernetes user name, as the API server authenticated it.',
    needs: () => ({}),
    signs: (_, may, texts) => (texts === undefined || may('unknown') ? [{}] : [{ user: { username: texts } }]),
    read: event => event.record.user?.username || 'unknown',
  },
  'principal.controller': {
    doc: 'Which controller the real user is: `karpenter`, `cluster-api`, `eks`, `kubeadm` or `none`.',
    needs: () => ({}),
    read: (event, settings) => callers(event, settings).real.controller,
  },
  'principal.reader': {
    doc: '`listed` where the setting `secretReaders` holds both the real and the effective user, otherwise `unlisted`.',
    needs: () => ({}),
    read: ({ record }, { secretReaders }) =>
      belongs(record.user, secretReaders) && belongs(record.impersonatedUser ?? record.user, secretReaders)
        ? 'listed'
        : 'unlisted',
  },
  'impersonation.target': {
    doc: 'Whom the call impersonates: a `controller` (or an account of its namespace), a `node`, `masters` (the groups system:masters and kubeadm:cluster-admins), `system` (a component or a kube-system account), `other`; `unknown`: nobody.',
    needs: () => ({ impersonatedUser: { username: [{ exists: true }] } }),
    signs: targetSigns,
    read: impersonated,
  },
  'impersonation.name': {
    doc: 'The impersonated user name; `unknown`: nobody.',
    needs: () => ({ impersonatedUser: { username: [{ exists: true }] } }),
    signs: (_, may, texts) =>
      texts === undefined || may('unknown') ? [{}] : [{ impersonatedUser: { username: texts } }],
    read: event => event.record.impersonatedUser?.username || 'unknown',
  },
};
