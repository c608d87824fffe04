import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { writes } from '../../core/kubernetes/groups.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'kustomizations.kustomize.toolkit.fluxcd.io';
const ref = { objectRef: { namespace: 'flux-system', name: 'clusters' } };

export const detection = kubernetes({
  id: 'kubernetes/gitops-guard-changed',
  title: '{principal} changed what GitOps applies: {object}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'high'],
  when: {
    verb: [...writes],
    objectRef: {
      apiGroup: ['kustomize.toolkit.fluxcd.io', 'helm.toolkit.fluxcd.io', 'source.toolkit.fluxcd.io', 'argoproj.io'],
      resource: [
        'kustomizations',
        'helmreleases',
        'gitrepositories',
        'ocirepositories',
        { prefix: 'app' }, // applications, applicationsets, appprojects
      ],
      subresource: [{ exists: false }],
    },
    fact: { 'namespace.role': ['gitops', 'cluster-api', 'controller'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: byObject,
  attack: ['T1195.002', 'T1098'],
  why: 'A GitRepository or Application decides whose commits run as the cluster’s most powerful account. Pointing one elsewhere changes everything at the next sync, and suspending one keeps a change from being undone.',
  references: [
    'Flux documentation, Kustomization and GitRepository',
    'Argo CD documentation, Application and AppProject',
  ],
  runbook: [
    confirm("objectRef.name = 'NAME' and objectRef.namespace = 'NAMESPACE'"),
    'Stop it: flux suspend kustomization NAME -n NAMESPACE (or argocd app set NAME --sync-policy none)',
    compare('-n NAMESPACE KIND'),
    removeAccess,
    lookAround,
  ],
  blind: [
    'Flux’s Helm repositories, buckets and its operator’s objects are not watched: each further kind costs every cluster a part of its filter.',
    'EKS logs no bodies of these objects: that one changed is seen, not how.',
    'Objects in namespaces that hold neither GitOps, controllers nor Clusters are not watched.',
    'The other controllers of Flux and Argo CD must be among the settings’ `gitops` users too.',
  ],
  examples: {
    matches: [
      { name: 'a developer changes a Kustomization of Flux', event: audit('patch', target, ref) },
      {
        name: 'a developer changes the Helm release of Karpenter',
        event: audit('patch', 'helmreleases.helm.toolkit.fluxcd.io', ref),
      },
      {
        name: 'a developer changes the source of an OCI artifact',
        event: audit('patch', 'ocirepositories.source.toolkit.fluxcd.io', ref),
      },
      {
        name: 'a developer changes what Applications are made from',
        event: audit('patch', 'applicationsets.argoproj.io', { objectRef: { namespace: 'argocd', name: 'fleet' } }),
      },
      {
        name: 'a developer changes an Argo CD project',
        event: audit('update', 'appprojects.argoproj.io', { objectRef: { namespace: 'argocd', name: 'fleet' } }),
      },
      {
        name: 'a developer changes a source beside Clusters',
        event: audit('patch', 'gitrepositories.source.toolkit.fluxcd.io', {
          cluster: 'fleet',
          objectRef: { namespace: 'fleet-eu', name: 'repo' },
        }),
      },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...ref, cluster: 'fleet', user: users.capi }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'Flux itself', event: audit('patch', target, { ...ref, user: users.gitops }) },
      { name: 'the platform', event: audit('patch', target, { ...ref, user: users.platform }) },
      {
        name: 'another controller of Flux writes its status',
        event: audit('patch', `${target}/status`, { ...ref, user: serviceAccount('flux-system', 'source-controller') }),
      },
      {
        name: 'a Kustomization of a team',
        event: audit('patch', target, { objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      { name: 'a developer reads it', event: audit('get', target, ref) },
      { name: 'another resource of the group', event: audit('patch', 'workflows.argoproj.io', ref) },
      { name: 'a resource of that name elsewhere', event: audit('patch', 'applications.app.k8s.io', ref) },
      { name: 'a developer may not', event: audit('patch', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
