import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { audit, joiner, users } from '../../core/kubernetes/example.ts';
import { type Family, unseen } from './form.ts';

const fleet = (verb: string, target: string, name = 'workers', over: object = {}) =>
  audit(verb, target, { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name }, ...over });

const secretId = 'aws.cluster.x-k8s.io/5f0e9f51-0000-4000-8000-000000000001-0';
const token = { namespace: 'kube-system', name: 'bootstrap-token-abc123' };

/** What lets a machine join, and what it boots with. */
export const ofBoot: Family = {
  goal: 'What machines boot with and join by',
  forms: [
    {
      form: 'a bootstrap token made',
      event: audit('create', 'secrets', { objectRef: token }),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'one made under a generated name, and given its content',
      event: audit('patch', 'secrets', { objectRef: { namespace: 'kube-system', name: 'bootstrap-token-axk2p9' } }),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'a bootstrap token made under a generated name',
      event: audit('create', 'secrets', { objectRef: { namespace: 'kube-system' } }),
      seen: unseen('it has no name in its record and is no token before it is given one’s id'),
    },
    {
      form: 'bootstrap data written',
      event: fleet('patch', 'secrets', 'workers-x7k2p'),
      seen: ['kubernetes/bootstrap-secret-written', 'critical'],
    },
    {
      form: 'bootstrap data read',
      event: fleet('get', 'secrets', 'workers-x7k2p'),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'a bootstrap token used outside of the cluster’s networks',
      event: audit('create', 'certificatesigningrequests.certificates.k8s.io', {
        cluster: 'fleet',
        user: joiner('abc123'),
        sourceIPs: ['10.1.0.9', '192.0.2.77'],
        objectRef: { name: 'csr-x7k2p' },
      }),
      seen: ['kubernetes/bootstrap-token-off-cluster', 'critical'],
    },
    {
      form: 'all secrets watched',
      event: audit('watch', 'secrets', { cluster: 'fleet', user: users.admin }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'secrets of kube-system listed, but Helm’s',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=owner!%3Dhelm',
      }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'the same, with Helm’s selector behind another',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=&labelSelector=owner%3Dhelm',
      }),
      seen: ['kubernetes/bootstrap-secret-read', 'high'],
    },
    {
      form: 'Helm’s own secrets of kube-system listed',
      event: audit('list', 'secrets', {
        objectRef: { namespace: 'kube-system' },
        requestURI: '/api/v1/namespaces/kube-system/secrets?labelSelector=owner%3Dhelm',
      }),
      seen: unseen('Helm asks so at every upgrade, and gets its releases alone'),
    },
    {
      form: 'what kubeadm tells machines',
      event: audit('update', 'configmaps', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'kube-system', name: 'kubelet-config' },
      }),
      seen: ['kubernetes/bootstrap-secret-written', 'high'],
    },
    {
      form: 'user data read',
      event: ec2('DescribeInstanceAttribute', { attribute: 'USERDATA', instanceId: 'i-0aaaabbbbccccdddd' }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'a template made from an instance',
      event: wrappedEc2('GetLaunchTemplateData', { InstanceId: 'i-0aaaabbbbccccdddd' }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'the latest versions of all templates',
      event: wrappedEc2('DescribeLaunchTemplateVersions', { LaunchTemplateVersion: { tag: 1, content: '$Latest' } }),
      seen: ['cloudtrail/bootstrap-data-read', 'medium'],
    },
    {
      form: 'launch configurations, with their user data',
      event: other('autoscaling', 'DescribeLaunchConfigurations', {}),
      seen: unseen('autoscalers ask for them all day, without a name'),
    },
    {
      form: 'Cluster API’s secret read by part of its ARN',
      event: call('secretsmanager', 'GetSecretValue', {
        requestParameters: { secretId: `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${secretId}` },
      }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'several at once',
      event: call('secretsmanager', 'BatchGetSecretValue', { requestParameters: { secretIdList: ['x', secretId] } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'several secrets at once, by a filter',
      event: call('secretsmanager', 'BatchGetSecretValue', {
        requestParameters: { filters: [{ key: 'name', values: ['aws.cluster'] }] },
      }),
      seen: unseen('each secret that is read so has a GetSecretValue of its own'),
    },
    {
      form: 'its secret written',
      event: call('secretsmanager', 'PutSecretValue', { requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'its secret opened to another account',
      event: call('secretsmanager', 'PutResourcePolicy', { requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'its secret copied into another account (AssociateCrossAccountReplica)',
      event: call('secretsmanager', 'AssociateCrossAccountReplica', {
        requestParameters: {
          secretId,
          crossAccountReplicaARN: 'arn:aws:secretsmanager:eu-west-1:444455556666:secret:x-AbCdEf',
        },
      }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'its secret written by a node',
      event: call('secretsmanager', 'UpdateSecret', { userIdentity: nodeSession(), requestParameters: { secretId } }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
    {
      form: 'every parameter from the root',
      event: call('ssm', 'GetParametersByPath', { requestParameters: { path: '/', recursive: true } }),
      seen: ['cloudtrail/bootstrap-data-read', 'medium'],
    },
    {
      form: 'a parameter of Cluster API by its ARN',
      event: call('ssm', 'GetParameter', {
        requestParameters: { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/cluster.x-k8s.io/x/0' },
      }),
      seen: ['cloudtrail/bootstrap-data-read', 'high'],
    },
  ],
};
