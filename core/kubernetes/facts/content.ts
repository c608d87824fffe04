import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { at } from '../../json.ts';
import type { Condition } from '../../pattern/language.ts';
import { judge, judgedKind, judgedResources, weightiest } from '../../posture/judge.ts';
import { expectationOf, type Problem } from '../../posture/problem.ts';
import type { Settings } from '../../settings.ts';
import { conditionOf } from '../../wildcard.ts';
import { awsAuthMaps } from '../aws-auth.ts';
import { asked, written } from '../body.ts';
import { asksForMasters, asksForSystemName, requestedNode, signerOf } from '../csr.ts';
import { edits, writes } from '../groups.ts';
import {
  definitionsOfGuards,
  guardChange,
  guardGroup,
  guardSigns,
  keepsOwnGuard,
  watchedForDeletion,
} from '../guard.ts';
import { callers, controllerAccounts } from '../identity.ts';
import { beyondBaseline, isKarpenterBaseline } from '../karpenter.ts';
import { grantsOf } from '../rbac.ts';
import { leavesSpec, userDataRead } from '../reading.ts';

const isEdit = (verb: string): boolean => edits.some(one => one === verb);

/**
 * Problems of what was written: the result where a response or a reading shows it, unless a patch, or the write by what was read
 * before it, did not touch the specification at all.
 */
const problemsOf = (event: Event<'kubernetes'>, settings: Settings): readonly Problem[] => {
  const { record } = event;
  const { resource = '', apiGroup = '', subresource } = record.objectRef ?? {};
  const kind = judgedKind(resource, apiGroup);
  if (kind === undefined || subresource || !isEdit(record.verb)) return [];
  if (leavesSpec(record)) return [];
  const request = asked(record);
  if (record.verb === 'patch' && request.form === 'patch' && at(request.object, 'spec') === undefined) return [];
  const body = written(record);
  return judge({ ...body, isSent: body.form === 'object' || body.form === 'patch' }, expectationOf(settings), kind);
};

const judged = { verb: [...edits], objectRef: { resource: [...judgedResources] } };

/** Every name that may be Karpenter's account, for filters. */
const karpenterNames = (settings: Settings): readonly Condition[] => {
  const patterns = controllerAccounts(settings).accounts.filter(({ kind }) => kind === 'karpenter');
  const names = new Set(['system:serviceaccount:kube-system:karpenter', ...patterns.map(({ pattern }) => pattern)]);
  return [...names].map(conditionOf);
};

/** What bodies say, where the audit policy gives them. */
export const contentFacts: Facts<'kubernetes'> = {
  'body.form': {
    doc: 'What was judged: the `object` as sent, the `result` in the response, the `patch` alone, a `reading` of the cluster afterwards, or `none` (EKS logs no body of custom resources, secrets and config maps).',
    needs: () => ({}),
    read: event => written(event.record).form,
  },
  'posture.problems': {
    doc: 'What is wrong with the NodePool, EC2NodeClass or Cluster API machine that was written, as codes of the posture module; empty: nothing, or no body.',
    needs: () => judged,
    read: (event, settings) => [...new Set(problemsOf(event, settings).map(({ code }) => code))],
  },
  'posture.severity': {
    doc: 'The weightiest of those problems: `high`, `medium`, `low`; `unknown`: none, or no body.',
    needs: () => judged,
    read: (event, settings) => weightiest(problemsOf(event, settings)) ?? 'unknown',
  },
  'nodeClass.userData': {
    doc: 'Whether a node class’s user data was `set` (created with it, or named by a patch), `removed`, or `rewritten` (an update sends it whole, changed or not; a reading has nothing to compare it with); `unknown`: untouched, or no body.',
    needs: () => ({ verb: [...edits], objectRef: { resource: ['ec2nodeclasses'] } }),
    read: ({ record }) => {
      if (record.objectRef?.resource !== 'ec2nodeclasses' || !isEdit(record.verb)) return 'unknown';
      const read = userDataRead(record);
      if (read !== undefined) return read;
      const value = at(asked(record).object, 'spec', 'userData');
      if (value === undefined) return 'unknown';
      if (value === null) return 'removed';
      return record.verb === 'update' ? 'rewritten' : 'set';
    },
  },
  'reading.failure': {
    doc: 'Why the posture reader could not read what was written: `gone`, `forbidden`, `slow` and others; `unknown`: it did not try, or could.',
    needs: () => judged,
    signs: (_, may) => (may('unknown') ? [{}] : [{ reading: { failure: [{ exists: true }] } }]),
    read: ({ record: { verb, objectRef, reading } }) =>
      isEdit(verb) && judgedKind(objectRef?.resource ?? '', objectRef?.apiGroup ?? '') !== undefined
        ? (reading?.failure ?? 'unknown')
        : 'unknown',
  },
  'karpenter.act': {
    doc: "Of the Karpenter service account's calls: `baseline` (its chart allows it) or `beyond`; `unknown`: somebody else's.",
    needs: settings => ({ user: { username: karpenterNames(settings) } }),
    signs: (_, may) => (may('unknown') || may('baseline') ? [{}] : may('beyond') ? beyondBaseline() : []),
    read: (event, settings) => {
      if (callers(event, settings).real.controller !== 'karpenter') return 'unknown';
      return isKarpenterBaseline(event.record) ? 'baseline' : 'beyond';
    },
  },
  'rbac.grants': {
    doc: 'What a role or binding grants over the provisioning plane: `cluster-admin`, `everything`, `impersonate`, `escalate`, `bind`, `admin` (aggregates karpenter-admin) and `edit` (reads secrets, runs pods as any account), cluster-wide or beside controllers, `mint-tokens`, `run-pods` and `enter-pods` (in a namespace of controllers, or through the kubelet), `approve-certificates`, `write-provisioning`, `write-cluster-api`, `read-secrets`.',
    needs: () => ({ verb: [...edits], objectRef: { apiGroup: ['rbac.authorization.k8s.io'] } }),
    read: (event, settings) =>
      event.record.objectRef?.apiGroup === 'rbac.authorization.k8s.io' ? grantsOf(event, settings) : [],
  },
  'guard.change': {
    doc: 'What became of an admission guard: `deleted` (or the definition of its kind), `weakened` (a patch to Ignore, Audit or no rules, or one of them fewer), `weak` (sent whole so), `opaque` (no body), `rewritten` (a patch changes what it is asked about, what it asks, or where), `excepted` (a policy exception made or changed), `intercepting` (a webhook or mutating policy made or sent elsewhere, through which writes on what makes nodes, or secrets, pass); `unknown`: nothing of the kind.',
    needs: () => ({
      $or: [
        { verb: [...writes], objectRef: { apiGroup: [...guardGroup] } },
        { verb: ['delete', 'deletecollection'], objectRef: { apiGroup: [...watchedForDeletion] } },
        definitionsOfGuards,
      ],
    }),
    signs: (_, may) => guardSigns(may),
    read: guardChange,
  },
  'definition.converted': {
    doc: '`elsewhere` where a custom resource definition is told who converts its objects between versions (`spec.conversion.webhook.clientConfig`, an address or a service); `unknown` otherwise, also where only a certificate is put in.',
    needs: () => ({
      verb: [...edits],
      objectRef: { apiGroup: ['apiextensions.k8s.io'], resource: ['customresourcedefinitions'] },
    }),
    read: ({ record }) => {
      const { apiGroup, resource, subresource } = record.objectRef ?? {};
      if (apiGroup !== 'apiextensions.k8s.io' || resource !== 'customresourcedefinitions' || subresource)
        return 'unknown';
      const client = at(asked(record).object, 'spec', 'conversion', 'webhook', 'clientConfig');
      return at(client, 'url') !== undefined || at(client, 'service') !== undefined ? 'elsewhere' : 'unknown';
    },
  },
  'guard.keeper': {
    doc: '`own` where an admission controller (Kyverno, Gatekeeper) writes its own webhook configuration, otherwise `other`.',
    needs: () => ({}),
    read: event => (keepsOwnGuard(event) ? 'own' : 'other'),
  },
  'awsAuth.maps': {
    doc: 'What kube-system/aws-auth maps after the call: `masters` (somebody to system:masters or kubeadm:cluster-admins), `foreign-node` (a role that is no node role to system:nodes), `system-name` (somebody to the name of a component, a service account or a certain node), `unread` (it is written in a form that is not read here, and may map anything), `stranger` (somebody of an account that is not ours), `trusted` (somebody to a name or group that the settings exempt, or to a group of the system’s that no node has), `emptied` (no role is mapped, or a list is taken away); empty: none of these, or no body.',
    needs: () => ({ objectRef: { resource: ['configmaps'], name: ['aws-auth'] } }),
    read: (event, settings) =>
      event.record.objectRef?.name === 'aws-auth' && event.record.objectRef.resource === 'configmaps'
        ? awsAuthMaps(event, settings)
        : [],
  },
  'csr.signer': {
    doc: 'What a certificate request would make: an API `client`, a `kubelet-client`, `other`; `unknown`: no request, or no body.',
    needs: () => ({ verb: [...edits], objectRef: { resource: ['certificatesigningrequests'] } }),
    read: event => signerOf(event.record),
  },
  'csr.masters': {
    doc: '`yes` where the certificate would carry system:masters or kubeadm:cluster-admins, `system-name` where one for the API would carry the name of a component, a service account or a node; `unknown` otherwise.',
    needs: () => ({ verb: [...edits], objectRef: { resource: ['certificatesigningrequests'] } }),
    read: ({ record }) => {
      if (record.objectRef?.resource !== 'certificatesigningrequests') return 'unknown';
      if (asksForMasters(record)) return 'yes';
      return asksForSystemName(record) ? 'system-name' : 'unknown';
    },
  },
  'csr.node': {
    doc: 'The node that a kubelet certificate is for; `unknown`: none, or no body.',
    needs: () => ({ verb: [...edits], objectRef: { resource: ['certificatesigningrequests'] } }),
    read: ({ record }) =>
      (record.objectRef?.resource === 'certificatesigningrequests' && requestedNode(record)) || 'unknown',
  },
};
