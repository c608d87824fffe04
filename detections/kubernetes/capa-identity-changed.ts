import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'awsclusterroleidentities.infrastructure.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { name: 'production' } };
const capa = serviceAccount('capa-system', 'capa-controller-manager');

export const detection = kubernetes({
  id: 'kubernetes/capa-identity-changed',
  title: '{principal} changed an identity through which Cluster API acts in AWS: {object}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'critical'],
  when: { fact: { 'capi.change': 'identity', 'call.outcome': 'succeeded' } },
  unless: [{ fact: { 'principal.standing': 'controller' } }],
  by: byObject,
  attack: ['T1098.001', 'T1484.002'],
  why: 'These objects say which role the provider assumes, and which namespaces may use it. Whoever writes one may act in another account with the provider’s trust.',
  references: [
    'Cluster API Provider AWS book, Multi-tenancy (AWSClusterRoleIdentity, AWSClusterControllerIdentity, AWSClusterStaticIdentity)',
  ],
  runbook: [
    confirm("objectRef.resource like 'identities' and objectRef.name = 'NAME'"),
    compare('KIND'),
    'See what was assumed: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole --region REGION, for the role the object names',
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of these objects.',
    'The secret behind a static identity may change without it (kubernetes/controller-secret-touched).',
  ],
  examples: {
    matches: [
      { name: 'a person', event: audit('patch', target, ref) },
      {
        name: 'the platform creates a static one',
        event: audit('create', 'awsclusterstaticidentities.infrastructure.cluster.x-k8s.io', {
          ...ref,
          user: users.platform,
        }),
      },
      {
        name: 'CAPA by its usual name, while the settings name no controller',
        event: audit('create', 'awsclustercontrolleridentities.infrastructure.cluster.x-k8s.io', {
          ...ref,
          user: capa,
        }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'CAPA makes its default one',
        event: audit('create', 'awsclustercontrolleridentities.infrastructure.cluster.x-k8s.io', {
          ...ref,
          user: capa,
        }),
      },
      {
        name: 'another object of the provider',
        event: audit('patch', 'awsclusters.infrastructure.cluster.x-k8s.io', ref),
      },
      { name: 'a person may not', event: audit('patch', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
