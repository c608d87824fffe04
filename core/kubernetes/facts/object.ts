import type { Facts } from '../../fact.ts';
import { at, isObject, type Json, list, text } from '../../json.ts';
import { matchesAny } from '../../wildcard.ts';
import { asked, replacesAll, written } from '../body.ts';
import { expiryOf } from '../bootstrap-token.ts';
import { objectPath } from '../call.ts';
import { capiChange, capiSigns } from '../cluster-api.ts';
import { clusterApiGroup, edits, workloadResources, writes } from '../groups.ts';
import { hostAccess, hostAccessBodies } from '../host-access.ts';
import { builtInControllers } from '../known-users.ts';
import { nodeSteering } from '../node.ts';
import {
  accountNames,
  accountOwner,
  clusterApiNamespaces,
  holdsController,
  isExemptAccount,
  ownerOf,
  ownerRefs,
} from '../owner.ts';
import { accountBodies, mountedSecrets, mountingBodies, podsAccount } from '../pod.ts';
import type { AuditRecord } from '../record.ts';
import { type SecretKind, secretKind, secretSigns } from '../secret.ts';
import { takenBy, takingBodies } from '../service.ts';

/** Writes of pods and workloads themselves: their status and scale say nothing of what runs, and change all day. */
const podWrites = {
  objectRef: {
    resource: [...workloadResources, 'persistentvolumes'],
    subresource: [{ exists: false }, 'ephemeralcontainers'],
  },
  verb: [...edits],
};

/** Whether it is of what has pods; a body is asked of writes alone. */
const isOfPods = ({ objectRef }: AuditRecord): boolean =>
  podWrites.objectRef.resource.some(one => one === objectRef?.resource) &&
  (objectRef?.subresource === undefined || objectRef.subresource === 'ephemeralcontainers');

/** What was touched. */
export const objectFacts: Facts<'kubernetes'> = {
  'object.path': {
    doc: 'The object as `namespace/name`, or its name; `(all)` where the call names none.',
    needs: () => ({}),
    read: ({ record }) =>
      record.objectRef?.name
        ? objectPath(record)
        : objectPath({
            ...record,
            objectRef: { ...record.objectRef, name: text(record.responseObject ?? null, 'metadata', 'name') ?? '' },
          }),
  },
  'object.namespace': {
    doc: 'The object’s namespace; `(all)` where the call is cluster-wide.',
    needs: () => ({}),
    read: ({ record }) => record.objectRef?.namespace || '(all)',
  },
  'object.controller': {
    doc: "The controller whose object it is (`karpenter`, `cluster-api`, …), by its namespace, in shared namespaces by its account's name; `none`.",
    needs: () => ({}),
    signs: (settings, may) => (may('none') ? [{}] : ownerRefs(settings, may).map(objectRef => ({ objectRef }))),
    read: (event, settings) =>
      ownerOf(event.record.objectRef?.namespace ?? '', event.record.objectRef?.name ?? '', event, settings),
  },
  'namespace.role': {
    doc: 'What the object’s namespace is for: `cluster-api` (holds Clusters), `controller`, `gitops`, or `other`.',
    needs: () => ({}),
    read: (event, settings) => {
      const { namespace, resource, name } = event.record.objectRef ?? {};
      const own = (resource === 'namespaces' ? name : namespace) ?? ''; // null counts as absent
      if (own === '') return 'other';
      if (matchesAny(clusterApiNamespaces(event, settings), own)) return 'cluster-api';
      if (holdsController(own, event, settings)) return 'controller';
      const homes = (settings.gitops.users ?? []).flatMap(user => {
        const [system, kind, home = ''] = user.split(':');
        return system === 'system' && kind === 'serviceaccount' && home !== '*' ? [home] : [];
      });
      return matchesAny([...homes, 'flux-system', 'argocd'], own) ? 'gitops' : 'other';
    },
  },
  'namespace.exempt': {
    doc: '`yes` where the setting `exemptNamespaces` holds the object’s namespace, otherwise `no`.',
    needs: () => ({}),
    read: ({ record }, { exemptNamespaces }) =>
      matchesAny(exemptNamespaces, record.objectRef?.namespace ?? '') ? 'yes' : 'no',
  },
  'secret.kind': {
    doc: 'What a secret is by name and namespace: `bootstrap-token`, `cluster-credential` (-ca, -sa, -etcd, -kubeconfig, -proxy of a Cluster), `bootstrap-data` (any other where Clusters live), `likely-cluster-credential` (a -kubeconfig while no such namespace is set), `controller`, `all-in-namespace`, `all-in-cluster`, `other`; `unknown`: no secret.',
    needs: () => ({ objectRef: { resource: ['secrets'] } }),
    signs: secretSigns,
    read: secretKind,
  },
  'capi.change': {
    doc: 'What a write does to Cluster API: `machine-created`, `machine-scaled`, `clusterclass`, `identity`, `cluster-deleted`, `remediation-weakened`, `status`, `other`; `unknown`: no such write.',
    needs: () => ({
      verb: [...writes],
      objectRef: { apiGroup: [...clusterApiGroup] },
    }),
    signs: (_, may) => capiSigns(may),
    read: event => capiChange(event.record),
  },
  'pod.hostAccess': {
    doc: 'How a pod, a workload’s pods, or whoever claims a persistent volume, get at the node: `hostNetwork`, `hostPID`, `hostIPC`, `privileged`, `hostProcess` (Windows), `capability …` that is as good as privileged, `hostPath …` of the kubelet, the container runtime, or what the node runs as root, or of /proc and /sys where they may be written, `hostPort …` that the node itself listens on; empty: not at all, or not in this body.',
    needs: () => podWrites,
    signs: (_, may) => (may([]) ? [{}] : hostAccessBodies(may).map(requestObject => ({ requestObject }))),
    read: ({ record }) => (isOfPods(record) ? hostAccess(asked(record).object, record.objectRef?.resource ?? '') : []),
  },
  'pod.runsAs': {
    doc: 'The controller whose service account a pod or workload runs as (`karpenter`, `cluster-api`, …; `kubernetes`: one inside kube-controller-manager), by its body, or by the result of a patch that changes its containers; `none`; `unknown`: in neither.',
    needs: () => podWrites,
    signs: (settings, may) =>
      may('unknown')
        ? [{}]
        : accountBodies(accountNames(settings, may)).flatMap(body => [
            { requestObject: body },
            { verb: ['patch'], responseObject: body },
          ]),
    read: (event, settings) => {
      const { namespace = '' } = event.record.objectRef ?? {};
      const account = podsAccount(event.record);
      if (account === '' || !isOfPods(event.record)) return 'unknown';
      return isBuiltIn(namespace, account) ? 'kubernetes' : accountOwner(namespace, account, event, settings);
    },
  },
  'pod.secrets': {
    doc: 'What the secrets are that a pod or workload mounts or has in its environment, as `secret.kind` tells them by name and namespace: its kubelet reads them for whoever wrote it. Empty: none that is told, or not in this body.',
    needs: () => podWrites,
    signs: (_, may) => (may([]) ? [{}] : mountingBodies().map(requestObject => ({ requestObject }))),
    read: (event, settings) => {
      const { record } = event;
      if (!isOfPods(record)) return [];
      const { namespace = '', resource = '' } = record.objectRef ?? {};
      const kindOf = (name: string): SecretKind =>
        secretKind({ ...event, record: { ...record, objectRef: { resource: 'secrets', namespace, name } } }, settings);
      return [...new Set(mountedSecrets(asked(record).object, resource).map(kindOf))].filter(kind => kind !== 'other');
    },
  },
  'token.account': {
    doc: 'The controller whose token is asked for (`karpenter`, `cluster-api`, …; `kubernetes`: one inside kube-controller-manager; `gitops`: an account that the settings exempt as GitOps or the platform, or GitOps’ by its usual name where they name none), `none`; `unknown`: no token request.',
    needs: () => ({ objectRef: { resource: ['serviceaccounts'], subresource: ['token'] } }),
    signs: (settings, may) => {
      const names = accountNames(settings, may);
      return may('unknown') || names === undefined ? [{}] : names.length === 0 ? [] : [{ objectRef: { name: names } }];
    },
    read: (event, settings) => {
      const { namespace = '', name = '', resource, subresource } = event.record.objectRef ?? {};
      if (resource !== 'serviceaccounts' || subresource !== 'token') return 'unknown';
      if (isBuiltIn(namespace, name)) return 'kubernetes';
      const owner = accountOwner(namespace, name, event, settings);
      return owner === 'none' && isExemptAccount(namespace, name, settings) ? 'gitops' : owner;
    },
  },
  'token.expiry': {
    doc: 'Of a bootstrap token’s body: `short` (at most 15 minutes after the call), `long`, `none`; `unknown`: no body.',
    needs: () => ({ objectRef: { resource: ['secrets'] } }),
    read: expiryOf,
  },
  'node.steering': {
    doc: 'What a write of a node changes that steers scheduling or ownership: label and annotation keys, `taints`, `providerID`, `finalizers`, `ownerReferences`; `everything` where it is sent whole.',
    needs: () => ({ verb: ['update', 'patch'], objectRef: { resource: ['nodes'] } }),
    read: event => nodeSteering(event.record),
  },
  'workload.stopped': {
    doc: 'Whether a deployment or stateful set is deleted, or given no replicas, by itself or by its scale.',
    needs: () => ({
      verb: ['update', 'patch', 'delete', 'deletecollection'],
      objectRef: { resource: ['deployments', 'statefulsets'], subresource: [{ exists: false }, 'scale'] },
    }),
    read: ({ record }) => stopped(record),
  },
  'service.takes': {
    doc: 'Addresses that a Service answers for on every node, in the place of whose they are: link-local ones, where instance metadata and Pod Identity answer, and those in ranges of the clusters’ VPCs (`externalIPs`, or an address in its status); empty: none, or not in this body.',
    needs: () => ({
      verb: [...edits],
      objectRef: {
        resource: ['services'],
        apiGroup: [{ exists: false }, ''],
        subresource: [{ exists: false }, 'status'],
      },
    }),
    signs: (_, may) => (may([]) ? [{}] : takingBodies.map(requestObject => ({ requestObject }))),
    read: ({ record }, settings) => takenBy(record, settings),
  },
  'guardrail.lowered': {
    doc: '`yes` where a namespace loses its enforced Pod Security level or gets `privileged`, or a network policy lets everything in or out; `unsaid` where a namespace is sent whole without a level, which it had or not; `unknown` otherwise.',
    needs: () => ({ verb: [...edits], objectRef: { resource: ['namespaces', 'networkpolicies'] } }),
    read: ({ record }) => loweredBy(record),
  },
};

/** Kubernetes API Reference, DeploymentSpec and Scale: `replicas`; kubernetes/api, autoscaling/v1. */
const stopped = (record: AuditRecord): boolean => {
  const { resource = '', subresource } = record.objectRef ?? {};
  if (!['deployments', 'statefulsets'].includes(resource)) return false;
  if (['delete', 'deletecollection'].includes(record.verb)) return subresource === undefined;
  if (!['update', 'patch'].includes(record.verb) || (subresource !== undefined && subresource !== 'scale'))
    return false;
  const { object, whole } = asked(record);
  const replicas = at(object, 'spec', 'replicas');
  // A Scale without a number has none, and is never written with 0 (`omitempty`); a Deployment without one has one.
  return replicas === 0 || (subresource === 'scale' && (replicas === null || (whole && replicas === undefined)));
};

const enforce = 'pod-security.kubernetes.io/enforce';

/** Kubernetes documentation, "Pod Security Admission" and "Network Policies" (policies add up: one that allows all is enough). */
const loweredBy = (record: AuditRecord): 'yes' | 'unsaid' | 'unknown' => {
  const { resource, subresource, apiGroup } = record.objectRef ?? {};
  const body = asked(record);
  if (resource === 'networkpolicies' && apiGroup === 'networking.k8s.io')
    return ['ingress', 'egress'].some(way => list(body.object, 'spec', way).some(isAnywhere)) ? 'yes' : 'unknown';
  if (resource !== 'namespaces' || subresource || !['update', 'patch'].includes(record.verb)) return 'unknown';
  const labels = at(body.object, 'metadata', 'labels');
  const level = at(labels, enforce);
  if (level === 'privileged' || (level === null && body.form === 'patch')) return 'yes';
  if ((level ?? undefined) !== undefined) return 'unknown';
  if (body.form === 'patch' && replacesAll(labels)) return 'yes';
  const isWhole = body.whole || text(body.object, 'apiVersion') !== undefined;
  return isWhole && typeof at(written(record).object, 'metadata', 'labels', enforce) !== 'string'
    ? 'unsaid'
    : 'unknown';
};

/** A rule without peers is for all of them. */
const isAnywhere = (rule: Json): boolean =>
  isObject(rule) && ['from', 'to'].every(name => list(rule, name).length === 0) && list(rule, 'ports').length === 0;

const isBuiltIn = (namespace: string, name: string): boolean =>
  namespace === 'kube-system' && builtInControllers.has(name);
