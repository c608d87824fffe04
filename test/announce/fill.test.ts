import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillRunbook, shellWord } from '../../core/announce/fill.ts';
import { defineConfig } from '../../core/config.ts';
import type { Finding, Window } from '../../core/finding.ts';
import { detections } from '../../detections/index.ts';
import { at, finding, window } from './case.ts';
import { hostile } from './hostile.ts';

const settings = defineConfig({
  clusters: [
    { name: 'fleet', kind: 'kubeadm', audit: { logGroup: '/fleet/audit' } },
    { name: 'edge', kind: 'kubeadm', audit: { bucket: 'edge-audit', prefix: 'edge/' } },
  ],
});
const fill = (step: string, over: Partial<Finding> = {}, win: Partial<Window> = {}): string =>
  fillRunbook([step], finding(over), window(win), settings)[0] ?? '';
const object = (resource: string, name: string, namespace = 'kube-system') => ({
  evidence: { verb: 'get', user: { username: 'system:serviceaccount:a:b' }, objectRef: { resource, name, namespace } },
});

const clustered = (resource: string, apiGroup: string, name: string) => ({
  evidence: { objectRef: { resource, apiGroup, namespace: 'fleet', name } },
});
/** A call of a service, and what it asked for. */
const asked = (service: string, requestParameters: Record<string, string>) => ({
  evidence: { eventSource: `${service}.amazonaws.com`, requestParameters },
});
const alice = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::111122223333:user/ops/alice',
  userName: 'alice',
  accessKeyId: 'AKIAEXAMPLEKEY000001',
};
/** What an authorization of ingress answers: the rules that it made. */
const opened = (...rules: string[]) => ({
  evidence: {
    responseElements: { securityGroupRuleSet: { items: rules.map(securityGroupRuleId => ({ securityGroupRuleId })) } },
  },
});
/** A request of a user of EKS. */
const user = (username: string, extra: Record<string, string[]>) => ({ evidence: { user: { username, extra } } });
const nodes = { source: 'kubernetes', resources: [] } as const;
const mallory = 'arn:aws:sts::111122223333:assumed-role/developer/mallory';
/** A role is taken for a pod, whoever else may write such tags. */
const forPod = {
  evidence: {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRole',
    userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
    requestParameters: {
      tags: [
        { key: 'eks-cluster-name', value: 'prod' },
        { key: 'kubernetes-namespace', value: 'team-a' },
      ],
    },
  },
};
const person = 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/alice@example.com';
const role = 'arn:aws:iam::111122223333:role/developer';
const permissionSet = 'arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef';
const policy = 'arn:aws:iam::aws:policy/AdministratorAccess';
const call = { eventSource: 'ec2.amazonaws.com', awsRegion: 'eu-west-1', requestParameters: {} };

describe('a runbook step', () => {
  test.each<[string, string, Partial<Finding>, Partial<Window>]>([
    ['aws x --region REGION;', 'aws x --region eu-west-1;', {}, {}],
    ['aws x --instance-ids INSTANCE', 'aws x --instance-ids i-0aaaabbbbccccdddd', {}, {}],
    [
      'kubectl -n NAMESPACE delete machine MACHINE',
      'kubectl -n NAMESPACE delete machine MACHINE',
      { key: { namespace: '(all)' } },
      {},
    ],
    [
      'aws x --instance-ids INSTANCE',
      'aws x --instance-ids i-0eeeeffff00001111',
      { key: { instance: 'i-0eeeeffff00001111' }, resources: ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111'] },
      {},
    ],
    [
      'npx tripline entity CHANGED_BY; kubectl get ec2nodeclass NODE_CLASS; aws iam put-role-policy --role-name CHANGER_ROLE',
      `npx tripline entity ${mallory}; kubectl get ec2nodeclass default; aws iam put-role-policy --role-name developer`,
      { key: { object: 'EC2NodeClass default', changedBy: mallory } },
      {},
    ],
    [
      'aws iam put-role-policy --role-name CHANGER_ROLE',
      'aws iam put-role-policy --role-name CHANGER_ROLE',
      { key: { changedBy: person } },
      {},
    ],
    [
      'npx tripline entity PRINCIPAL; aws eks list-pod-identity-associations --cluster-name CLUSTER --namespace NAMESPACE',
      'npx tripline entity system:serviceaccount:team-a:app; aws eks list-pod-identity-associations --cluster-name prod --namespace team-a',
      { key: { by: 'system:serviceaccount:team-a:app' } },
      forPod,
    ],
    [
      'aws eks list-pod-identity-associations --cluster-name CLUSTER',
      'aws eks list-pod-identity-associations --cluster-name CLUSTER',
      {},
      { evidence: { ...forPod.evidence, userIdentity: { type: 'AssumedRole' } } },
    ],
    ['kubectl patch nodepool POOL', 'kubectl patch nodepool gpu', nodes, object('nodepools', 'gpu')],
    ['kubectl patch nodepool POOL', 'kubectl patch nodepool POOL', nodes, object('ec2nodeclasses', 'gpu')],
    [
      'kubectl get csr NAME -o yaml; kubectl certificate deny NAME; kubectl delete csr NAME',
      'kubectl get csr csr-x -o yaml; kubectl certificate deny csr-x; kubectl delete csr csr-x',
      nodes,
      object('certificatesigningrequests', 'csr-x'),
    ],
    [
      'kubectl get GRANTED -o yaml',
      'kubectl get clusterrolebindings.rbac.authorization.k8s.io/admins -o yaml',
      { key: { binding: 'clusterrolebindings.rbac.authorization.k8s.io admins' } },
      {},
    ],
    [
      'kubectl get GRANTED -o yaml',
      'kubectl get GRANTED -o yaml',
      { key: { binding: 'rolebindings.rbac.authorization.k8s.io team-a/admins' } },
      {},
    ],
    ['kubectl get pods -n NAMESPACE', 'kubectl get pods -n team-a', {}, asked('eks', { namespace: 'team-a' })],
    [
      'kubectl -n USER_NAMESPACE delete pod USER_POD',
      'kubectl -n a delete pod b-5d4f8c7b9d-x2x7z',
      nodes,
      user('system:serviceaccount:a:b', { 'authentication.kubernetes.io/pod-name': ['b-5d4f8c7b9d-x2x7z'] }),
    ],
    [
      'kubectl -n USER_NAMESPACE delete pod USER_POD',
      'kubectl -n a delete pod USER_POD',
      nodes,
      user('system:serviceaccount:a:b', {}),
    ],
    [
      'kubectl -n NAMESPACE delete KIND NAME.',
      'kubectl -n kube-system delete daemonsets agent.',
      nodes,
      object('daemonsets', 'agent'),
    ],
    [
      'Name=InstanceId,Value=INSTANCE --start-time START',
      `Name=InstanceId,Value=i-0aaaabbbbccccdddd --start-time ${new Date(at - 3_600_000).toISOString()}`,
      {},
      {},
    ],
    ['AttributeValue=ACCESS_KEY, then', 'AttributeValue=ASIAEXAMPLEKEY000001, then', {}, {}],
    ['AttributeKey=Username,AttributeValue=SESSION', 'AttributeKey=Username,AttributeValue=alice', {}, {}],
    ['aws eks x --name CLUSTER', 'aws eks x --name prod', { cluster: 'prod' }, {}],
    [
      'aws iam get-role --role-name ROLE.',
      'aws iam get-role --role-name nodes.',
      { key: { role: 'arn:aws:iam::111122223333:role/a/nodes' } },
      {},
    ],
    ['| grep ADDRESS;', '| grep 198.51.100.23;', {}, {}],
    [
      'kubectl -n NAMESPACE delete secret NAME',
      'kubectl -n kube-system delete secret token-1',
      {},
      object('secrets', 'token-1'),
    ],
    [
      '--start-time START_SECONDS --end-time END_SECONDS',
      `--start-time ${at / 1000 - 3600} --end-time ${at / 1000 + 3600}`,
      {},
      {},
    ],
    ['--start-time DAY_BEFORE', '--start-time 2026-08-31T10:00:00.000Z', {}, {}],
    ['--log-group-name LOG_GROUP', '--log-group-name /aws/eks/prod/cluster', { cluster: 'prod' }, {}],
    ['--log-group-name LOG_GROUP', '--log-group-name /fleet/audit', { cluster: 'fleet' }, {}],
    ['--region REGION', '--region us-east-1', { regions: ['us-east-1'] }, { evidence: null }],
    ['--region REGION', '--region eu-west-1', { regions: ['us-east-1', 'us-east-2'] }, { evidence: null }],
    ['--region REGION', '--region us-east-2', {}, { evidence: { awsRegion: 'us-east-2' } }],
    ['--end-time END', `--end-time ${new Date(at + 3_600_000).toISOString()}`, {}, {}],
    ['--image-ids IMAGE', '--image-ids ami-0123456789abcdef0', { resources: ['ami-0123456789abcdef0'] }, {}],
    ['--group-ids GROUP', '--group-ids sg-0aaaabbbbccccdddd', { resources: ['sg-0aaaabbbbccccdddd'] }, {}],
    ['--role-name ROLE', '--role-name worker', { resources: ['arn:aws:iam::111122223333:role/a/b/worker'] }, {}],
    ['--role-name ROLE', '--role-name worker', { resources: ['arn:aws:iam::111122223333:role/worker', 'i-1'] }, {}],
    ['--role-name ROLE', '--role-name worker', { key: { role: 'worker' } }, {}],
    ['--role-name ACTING_ROLE', '--role-name developer', { key: { role: 'worker' } }, {}],
    ...(
      [
        'arn:aws:iam::444455556666:role/developer', // nobody here may change it
        'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef',
        'arn:aws:iam::111122223333:user/alice',
      ] as const
    ).map(
      arn =>
        [
          '--role-name ACTING_ROLE',
          '--role-name ACTING_ROLE',
          {},
          { evidence: { userIdentity: { sessionContext: { sessionIssuer: { arn } } } } },
        ] as [string, string, Partial<Finding>, Partial<Window>],
    ),
    [
      'Value=SESSION',
      'Value=bob',
      {},
      { evidence: { eventName: 'AssumeRole', requestParameters: { roleSessionName: 'bob' } } },
    ],
    ['grep ADDRESS', 'grep 192.0.2.1', { key: { address: '192.0.2.1' }, addresses: [] }, {}],
    ['-n NAMESPACE', '-n shop', { key: { namespace: 'shop' } }, object('secrets', 'x')],
    ['get node NODE', 'get node ip-10-0-0-1', { key: { node: 'ip-10-0-0-1' } }, {}],
    ['name CLUSTER', 'name edge', { key: { cluster: 'edge' } }, {}],
    ['tripline entity KEY', 'tripline entity ASIAEXAMPLE', { key: { key: 'ASIAEXAMPLE' } }, {}],
    ['tripline entity USER', 'tripline entity system:serviceaccount:a:b', {}, object('secrets', 'x')],
    ['tripline entity USER', 'tripline entity alice', { key: { user: 'alice' } }, object('secrets', 'x')],
    ['tripline entity PRINCIPAL', 'tripline entity system:serviceaccount:a:b', {}, object('secrets', 'x')],
    ['tripline entity ROLE', 'tripline entity worker', { key: { role: 'worker' } }, {}],
    ['delete secrets NAME', 'delete secrets x', {}, object('secrets', 'x')],
    ["| filter objectRef.name = 'NAME'", "| filter objectRef.name = 'x'", {}, object('secrets', 'x')],
    ['x "a" NODE', 'x "a" \'a b\'', { key: { node: 'a b' } }, {}],
    ['get node NODE', `get node ${'n'.repeat(512)}`, { key: { node: 'n'.repeat(512) } }, {}],
    ...(['ssm', 'ec2-instance-connect'] as const).map(
      service =>
        [
          '--region INSTANCE_REGION',
          '--region eu-west-1',
          {},
          {
            evidence: {
              ...call,
              eventSource: `${service}.amazonaws.com`,
              requestParameters: { id: 'i-0aaaabbbbccccdddd' },
            },
          },
        ] as [string, string, Partial<Finding>, Partial<Window>],
    ),
    ['kubectl -n USER_NAMESPACE delete pod POD', 'kubectl -n a delete pod POD', {}, object('secrets', 'x')],
    ['start-logging --name TRAIL;', 'start-logging --name main;', {}, asked('cloudtrail', { name: 'main' })],
    ['enable-rule --name RULE;', 'enable-rule --name mine;', {}, asked('events', { name: 'mine' })],
    ['remove-targets --rule RULE', 'remove-targets --rule mine', {}, asked('events', { rule: 'mine' })],
    ['--security-group-rule-ids RULE', '--security-group-rule-ids RULE', {}, asked('ec2', { name: 'mine' })],
    ['--function-name FUNCTION;', '--function-name audit;', {}, asked('lambda', { functionName: 'audit' })],
    ['--name PARAMETER', '--name /golden/al2023', {}, asked('ssm', { name: '/golden/al2023' })],
    // An address would become a link in some channels.
    [
      '--queue-url QUEUE_URL',
      '--queue-url QUEUE_URL',
      {},
      asked('sqs', { queueUrl: 'https://sqs.example.com/1/prod' }),
    ],
    ['--policy-arn POLICY, ', `--policy-arn ${policy}, `, { key: { policy } }, {}],
    ['--policy-name POLICY, ', '--policy-name more, ', { key: { policy: 'more' } }, {}],
    ['--policy-name POLICY', '--policy-name POLICY', { key: { policy } }, {}],
    ['--policy-arn POLICY', '--policy-arn POLICY', { key: { policy: 'more' } }, {}],
    ['--policy-id POLICY', '--policy-id POLICY', { key: { policy: 'more' } }, {}],
    ['--policy-arn POLICY', `--policy-arn ${policy}`, {}, asked('eks', { policyArn: policy })],
    [
      '--principal-arn GRANTEE;',
      '--principal-arn arn:aws:iam::111122223333:role/x;',
      { key: { grantee: 'arn:aws:iam::111122223333:role/x' } },
      {},
    ],
    ['--instance-profile-name PROFILE', '--instance-profile-name admin', { key: { profile: 'admin' } }, {}],
    ['--launch-template-name TEMPLATE', '--launch-template-name a/1', { key: { template: 'a/1' } }, {}],
    ['Values=RESOURCE, and', 'Values=subnet-0aaa, and', { key: { resource: 'subnet-0aaa' } }, {}],
    ['--resources RESOURCE --tags', '--resources subnet-0aaa --tags', { key: { resource: 'subnet-0aaa' } }, {}],
    ['--resources RESOURCE --tags', '--resources RESOURCE --tags', { key: { resource: 'what it launches' } }, {}],
    ['--resources RESOURCE --tags', '--resources RESOURCE --tags', { key: { resource: 'new subnet' } }, {}],
    ['Values=GROUP', 'Values=sg-0aaa', { key: { group: 'sg-0aaa' } }, {}],
    [
      "extra.accessKeyId.0 = 'KEY'",
      "extra.accessKeyId.0 = 'ASIAEXAMPLEDEVKEY001'",
      { key: { key: 'ASIAEXAMPLEDEVKEY001' } },
      {},
    ],
    ['--tags Key=KEY', '--tags Key=KEY', { key: { key: 'team' } }, {}],
    [
      "username = 'TARGET'",
      "username = 'system:masters-of'",
      { source: 'kubernetes', key: { target: 'system:masters-of' } },
      {},
    ],
    ['--target-id TARGET', '--target-id TARGET', { key: { target: 'prod' } }, {}],
    [
      'kubectl get -n NAMESPACE KIND NAME -o yaml',
      'kubectl get -n fleet machinehealthchecks.cluster.x-k8s.io workers -o yaml',
      {},
      clustered('machinehealthchecks', 'cluster.x-k8s.io', 'workers'),
    ],
    ['get RESOURCE NAME -n NAMESPACE', 'get pods web -n fleet', {}, clustered('pods', '', 'web')],
    ['get csr NAME', 'get csr csr-1', {}, clustered('certificatesigningrequests', 'certificates.k8s.io', 'csr-1')],
    ['get clusterclass NAME', 'get clusterclass a', {}, clustered('clusterclasses', 'cluster.x-k8s.io', 'a')],
    [
      'get awsclusterroleidentity NAME',
      'get awsclusterroleidentity a',
      {},
      clustered('awsclusterroleidentities', '', 'a'),
    ],
    ['get nodepool,ec2nodeclass NAME', 'get nodepool,ec2nodeclass a', {}, clustered('ec2nodeclasses', '', 'a')],
    ['get secret -n NAMESPACE NAME', 'get secret -n fleet a', {}, clustered('secrets', '', 'a')],
    ['scale deployment NAME', 'scale deployment NAME', {}, clustered('pods', '', 'a')],
    ["objectRef.name = 'NAME'", "objectRef.name = 'token-1'", {}, object('secrets', 'token-1')],
    ['--region INSTANCE_REGION', '--region eu-west-1', { source: 'kubernetes' }, object('pods', 'x')],
    [
      '--region INSTANCE_REGION --instance-id INSTANCE',
      '--region eu-west-1 --instance-id i-0aaaabbbbccccdddd',
      {},
      { evidence: { ...call, responseElements: { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } } } },
    ],
    [
      '--region INSTANCE_REGION',
      '--region eu-west-1',
      {},
      {
        evidence: {
          eventSource: 'iam.amazonaws.com',
          awsRegion: 'us-east-1',
          userIdentity: {
            inScopeOf: { credentialsIssuedTo: 'arn:aws:ec2:eu-west-1:111122223333:instance/i-0aaaabbbbccccdddd' },
          },
        },
      },
    ],
    [
      'npx tripline entity PRINCIPAL, and',
      'npx tripline entity arn:aws:sts::111122223333:assumed-role/developer/alice, and',
      {},
      {},
    ],
    [
      'npx tripline entity PRINCIPAL',
      'npx tripline entity arn:aws:iam::111122223333:role/developer',
      {},
      {
        evidence: {
          userIdentity: {
            arn: 'arn:aws:sts::111122223333:assumed-role/developer/a…',
            sessionContext: { sessionIssuer: { arn: 'arn:aws:iam::111122223333:role/developer' } },
          },
        },
      },
    ],
    [
      'npx tripline entity PRINCIPAL',
      'npx tripline entity system:serviceaccount:a:b',
      {},
      { evidence: { userIdentity: { type: 'WebIdentityUser', userName: 'system:serviceaccount:a:b' } } },
    ],
    // People who sign in through IAM Identity Center, whose sessions are addresses.
    [
      'npx tripline entity PRINCIPAL',
      `npx tripline entity ${person}`,
      {},
      { evidence: { userIdentity: { arn: person } } },
    ],
    ['Value=SESSION', 'Value=alice@example.com', {}, { evidence: { userIdentity: { arn: person } } }],
    ["user.username = 'USER'", `user.username = '${person}'`, {}, { evidence: { user: { username: person } } }],
    ['Value=EVENT ', 'Value=GetSecretValue ', {}, { evidence: { eventName: 'GetSecretValue' } }],
    ['Value=EVENT_ID', 'Value=e-1', {}, { evidence: { eventID: 'e-1' } }],
    ['show FINDING,', 'show 0123456789abcdef,', {}, {}],
    ['--detection DETECTION.', '--detection lineage/x.', { key: { detection: 'lineage/x' } }, {}],
    [
      'Value=ISSUED_KEY',
      'Value=ASIAEXAMPLEKEY000002',
      {},
      { evidence: { responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEKEY000002' } } } },
    ],
    // A key in which a profile may stand, and a role in its place.
    ['--role-name ROLE', '--role-name nodes', { key: { profile: 'role/nodes' } }, {}],
    [
      '--role-name ROLE',
      '--role-name rollout',
      { key: { resource: 'rollout' } },
      asked('iam', { roleName: 'rollout' }),
    ],
    ['--role-name ROLE', '--role-name ROLE', { key: { resource: 'x' } }, asked('ssm', { roleName: 'rollout' })],
    ['--user-name IAM_USER', '--user-name rollout', {}, asked('iam', { userName: 'rollout' })],
    ['--addon-name ADD_ON', '--addon-name coredns', {}, asked('eks', { addonName: 'coredns' })],
    [
      '--access-key-id MADE_KEY',
      '--access-key-id AKIAEXAMPLEKEY000002',
      {},
      { evidence: { responseElements: { accessKey: { accessKeyId: 'AKIAEXAMPLEKEY000002' } } } },
    ],
    ['--role-name ROLE', '--role-name ROLE', { key: { profile: 'nodes' } }, {}],
    ['--role-name ROLE', '--role-name ROLE', { key: { role: 'none' } }, {}],
    ['--role-name ROLE', '--role-name ROLE', { key: { role: 'every role of the accounts under it' } }, {}],
    ['--role-name ROLE', '--role-name ROLE', { key: { role: 'capa' } }, asked('iam', { userName: 'capa' })],
    ['--instance-profile-name PROFILE', '--instance-profile-name PROFILE', { key: { profile: 'role/nodes' } }, {}],
    ['--cluster-name CLUSTER', '--cluster-name prod', {}, asked('eks', { name: 'prod' })],
    ['--cluster-name CLUSTER', '--cluster-name prod', {}, asked('eks', { clusterName: 'prod', name: 'idp' })],
    ['--cluster-name CLUSTER', '--cluster-name CLUSTER', {}, asked('sagemaker', { clusterName: 'training' })],
    ['--nodegroup-name NODE_GROUP;', '--nodegroup-name batch;', {}, asked('eks', { nodegroupName: 'batch' })],
    ['Name=="SERVICE_ACCOUNT")', 'Name=="web")', {}, asked('eks', { serviceAccount: 'web' })],
    ['--association-id POD_ASSOCIATION', '--association-id a-1', {}, asked('eks', { associationId: 'a-1' })],
    [
      '--association-id POD_ASSOCIATION',
      '--association-id a-2',
      {},
      { evidence: { responseElements: { association: { associationId: 'a-2' } } } },
    ],
    [
      '--launch-template-id TEMPLATE_ID',
      '--launch-template-id lt-0aaaabbbb',
      { resources: ['lt-0aaaabbbb', 'lt-tags'] },
      {},
    ],
    ['--launch-template-name TEMPLATE', '--launch-template-name TEMPLATE', { key: { template: 'lt-0aaaabbbb' } }, {}],
    ['--security-group-rule-ids RULE_ID', '--security-group-rule-ids sgr-0a', {}, opened('sgr-0a')],
    [
      '--snapshot-id SNAPSHOT',
      '--snapshot-id snap-0aaaabbbb',
      { resources: ['snap-0aaaabbbb', 'shared with all'] },
      {},
    ],
    ['Value=SESSION', 'Value=alice', {}, { evidence: { userIdentity: alice } }],
    // A session may be named so, and the AWS CLI would take what follows for another member.
    [
      'Value=SESSION',
      'Value=SESSION',
      {},
      { evidence: { userIdentity: { ...alice, userName: 'a,AttributeKey=ReadOnly' } } },
    ],
    ['--user-name USER_NAME', "--user-name 'a,b'", {}, { evidence: { userIdentity: { ...alice, userName: 'a,b' } } }],
    [
      'aws iam update-access-key --user-name USER_NAME --access-key-id USER_KEY --status Inactive',
      'aws iam update-access-key --user-name alice --access-key-id AKIAEXAMPLEKEY000001 --status Inactive',
      {},
      { evidence: { userIdentity: alice } },
    ],
    ['--user-name USER_NAME --access-key-id USER_KEY', '--user-name USER_NAME --access-key-id USER_KEY', {}, {}],
    ['--security-group-rule-ids RULE_ID', '--security-group-rule-ids RULE_ID', {}, opened('sgr-0a', 'sgr-0b')],
    [
      'kubectl -n USER_NAMESPACE delete serviceaccount USER_ACCOUNT',
      'kubectl -n a delete serviceaccount b',
      {},
      { evidence: { userIdentity: { type: 'WebIdentityUser', userName: 'system:serviceaccount:a:b' } } },
    ],
    ['delete secret bootstrap-token-TOKEN;', 'delete secret bootstrap-token-abc123;', { key: { token: 'abc123' } }, {}],
    ["= 'system:bootstrap:TOKEN'", "= 'system:bootstrap:abc123'", { key: { token: 'abc123' } }, {}],
    ["= 'system:node:NODE'", "= 'system:node:ip-10-0-0-1'", { key: { node: 'ip-10-0-0-1' } }, {}],
    ['certificate deny NAME;', 'certificate deny csr-1;', {}, clustered('certificatesigningrequests', '', 'csr-1')],
    ['--principal-arn ARN (or', `--principal-arn ${role} (or`, {}, user('alice', { canonicalArn: [role] })],
    ['--principal-arn ARN', '--principal-arn ARN', {}, user('system:node:n', { canonicalArn: [role] })],
    ['--principal-arn ARN', '--principal-arn ARN', {}, user('alice', { canonicalArn: [permissionSet] })],
    // A node's session under a user of its own: the entry is every node's all the same.
    [
      '--principal-arn ARN',
      '--principal-arn ARN',
      {},
      user('worker-session', { canonicalArn: [role], sessionName: ['i-0aaaabbbb'] }),
    ],
    ['--role-name ACTING_ROLE', '--role-name developer', {}, user('alice', { canonicalArn: [role] })],
    ['--role-name ACTING_ROLE', '--role-name ACTING_ROLE', {}, user('alice', { canonicalArn: [permissionSet] })],
    [
      'delete secret bootstrap-token-TOKEN;',
      'delete secret bootstrap-token-abc123;',
      {},
      user('system:bootstrap:abc123', {}),
    ],
    [
      'delete secret bootstrap-token-TOKEN;',
      'delete secret bootstrap-token-TOKEN;',
      {},
      user('system:bootstrap:a b', {}),
    ],
    ['InstanceId=INSTANCE', 'InstanceId=i-0aaaabbbb', nodes, user('system:node:n', { sessionName: ['i-0aaaabbbb'] })],
    [
      'InstanceId=INSTANCE',
      'InstanceId=i-0aaaabbbb',
      { ...nodes, key: { node: 'n' } },
      user('system:node:n', { sessionName: ['i-0aaaabbbb'] }),
    ],
    // A node that changes another.
    [
      'InstanceId=INSTANCE',
      'InstanceId=INSTANCE',
      { ...nodes, key: { node: 'm' } },
      user('system:node:n', { sessionName: ['i-0aaaabbbb'] }),
    ],
    ['InstanceId=INSTANCE', 'InstanceId=INSTANCE', nodes, user('alice', { sessionName: ['i-0aaaabbbb'] })],
    [
      'npx tripline entity ROLE',
      'npx tripline entity arn:aws:iam::111122223333:role/a/nodes',
      { key: { role: 'arn:aws:iam::111122223333:role/a/nodes' } },
      {},
    ],
    ['npx tripline entity INSTANCE', 'npx tripline entity i-0aaaabbbbccccdddd', {}, {}],
    ["user.username = 'USER'", "user.username = 'system:serviceaccount:a:b'", {}, object('secrets', 'x')],
  ])('%s becomes %s', (step, expected, over, win) => {
    expect(fill(step, over, win)).toBe(expected);
  });

  test.each<[string, string, Partial<Finding>, Partial<Window>]>([
    ['what the finding does not know', 'aws eks x --name CLUSTER', {}, {}],
    [
      'one of several',
      'aws x --instance-ids INSTANCE',
      { resources: ['i-0aaaabbbbccccdddd', 'i-0aaaabbbbccccddde'] },
      {},
    ],
    ['a log group of a cluster whose audit log is in a bucket', '--log-group-name LOG_GROUP', { cluster: 'edge' }, {}],
    ['a log group of no cluster', '--log-group-name LOG_GROUP', {}, {}],
    ['the namespace of a person', 'kubectl -n USER_NAMESPACE x', {}, { evidence: { user: { username: 'alice' } } }],
    [
      'the region of an instance whose session calls from elsewhere',
      '--region INSTANCE_REGION',
      {},
      { evidence: { ...call, eventSource: 'sts.amazonaws.com', requestParameters: { name: 'i-0aaaabbbbccccdddd' } } },
    ],
    ['the region of an instance that the call is not about', '--region INSTANCE_REGION', {}, { evidence: call }],
    ['another kind of thing', 'kubectl delete serviceaccount NAME', {}, object('secrets', 'x')],
    ['a role that is to be made', 'aws x --role-arn ROLE', { key: { role: 'nodes' } }, {}],
    ['an SSM session', 'aws ssm terminate-session --session-id SESSION', {}, {}],
    ['an unknown value', 'kubectl get node NODE', { key: { node: 'unknown' } }, {}],
    ['a value that is an option', 'kubectl get node NODE', { key: { node: '--kubeconfig=/x' } }, {}],
    ['a value that needs quotes inside quotes', "x '.a==NODE'", { key: { node: 'a b' } }, {}],
    ['what PowerShell would run', 'get node NODE', { key: { node: "x'; calc; 'y" } }, {}],
    ['what PowerShell takes for a quote', 'get node NODE', { key: { node: 'x‘; calc; ’y' } }, {}],
    ['what fish would run', 'get node NODE', { key: { node: "a\\' ; touch x ; '" } }, {}],
    ['what fish takes for an open quote', 'get node NODE', { key: { node: 'a b\\' } }, {}],
    ['a link', 'kubectl get node NODE', { key: { node: 'https://evil.example' } }, {}],
    ['a mention', 'kubectl get node NODE', { key: { node: '<!here>' } }, {}],
    ['a text of 513 characters', 'kubectl get node NODE', { key: { node: 'n'.repeat(513) } }, {}],
    ['a value that was cut', 'kubectl get node NODE', { key: { node: 'a[cut 9]' } }, {}],
    ['an empty one', 'kubectl get node NODE', { key: { node: '' } }, {}],
    ['an address that is none', 'grep ADDRESS', { key: { address: '' }, addresses: ['ec2.amazonaws.com'] }, {}],
    ['a role of another form', '--role-name ROLE', { resources: ['xarn:aws:iam::111122223333:role/worker'] }, {}],
    [
      'what begins like a session',
      'Value=SESSION',
      {},
      { evidence: { userIdentity: { arn: 'xarn:aws:sts::111122223333:assumed-role/a/b' } } },
    ],
    [
      'the name of a call that assumes nothing',
      'Value=SESSION',
      {},
      { evidence: { eventName: 'X', requestParameters: { roleSessionName: 'bob' } } },
    ],
    ['quotes inside double ones', 'x ".a==NODE"', { key: { node: 'a b' } }, {}],
    [
      'the namespace of a longer name',
      '-n USER_NAMESPACE',
      {},
      { evidence: { user: { username: 'system:serviceaccount:a:b:c' } } },
    ],
    [
      'the namespace of an impostor',
      '-n USER_NAMESPACE',
      {},
      { evidence: { user: { username: 'x:system:serviceaccount:a:b' } } },
    ],
    [
      'where another instance’s credentials were issued',
      '--region INSTANCE_REGION',
      {},
      {
        evidence: {
          userIdentity: {
            inScopeOf: { credentialsIssuedTo: 'arn:aws:ec2:us-east-1:111122223333:instance/i-0eeeeffff00001111' },
          },
        },
      },
    ],
    ['words that are no placeholders', 'The EKS API of the VPC, JSON', {}, {}],
  ])('keeps %s', (_, step, over, win) => {
    expect(fill(step, over, win)).toBe(step);
  });

  test.each(hostile)('gives %j to a shell as one word, or not at all', value => {
    const filled = fill('x NODE', { key: { node: value } });
    if (filled === 'x NODE') return;
    expect(execFileSync('sh', ['-c', `printf '%s' ${filled.slice(2)}`]).toString()).toBe(value);
  });

  test('is one word of a shell, whatever a name holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`a1 '"\\$\`;&|<>()*?[]#~=%!{}-\n`), maxLength: 12 }), value => {
        const word = shellWord(value);
        if (word === undefined) return;
        expect(execFileSync('sh', ['-c', `printf '%s' ${word}`]).toString()).toBe(value);
      }),
      { numRuns: 60 },
    );
  });

  test('is found in the catalogue: steps name region, instance and the rest as these placeholders', () => {
    const filled = detections.flatMap(one => {
      const out = fillRunbook(one.runbook, finding({ cluster: 'prod' }), window(), settings);
      return out.filter((step, index) => step !== one.runbook[index]);
    });
    expect(filled.length).toBeGreaterThan(20);
    for (const step of filled) expect(step).not.toMatch(/undefined|unknown/);
  });
});

describe('Tripline’s own commands', () => {
  const steps = [
    'npx tripline entity PRINCIPAL, and',
    'npx tripline findings --detection x; npx tripline entity ADDRESS',
    'npx tripline findings show ID; npx tripline detections | grep x',
    'npx tripline doctor --stage STAGE.',
  ];
  const filled = (stage?: string) => fillRunbook(steps, finding(), window(), settings, stage);

  test('look into the stage that announces', () => {
    expect(filled('production')).toEqual([
      'npx tripline entity --stage production --account 111122223333 arn:aws:sts::111122223333:assumed-role/developer/alice, and',
      'npx tripline findings --stage production --detection x; npx tripline entity --stage production --account 111122223333 198.51.100.23',
      'npx tripline findings show --stage production ID; npx tripline detections | grep x',
      'npx tripline doctor --stage production.',
    ]);
  });

  test('look into the local database where there is no stage', () => {
    expect(filled()).toEqual([
      'npx tripline entity arn:aws:sts::111122223333:assumed-role/developer/alice, and',
      'npx tripline findings --detection x; npx tripline entity 198.51.100.23',
      'npx tripline findings show ID; npx tripline detections | grep x',
      'npx tripline doctor --stage STAGE.',
    ]);
  });
});
