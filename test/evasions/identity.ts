import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const pod = { namespace: 'kube-system', name: 'karpenter-5d4f8c7b9d-x2x7z' };
const kubelet = { name: 'ip-10-0-1-17.eu-west-1.compute.internal' };
const entered: Form['seen'] = ['kubernetes/controller-pod-entered', 'critical'];
const answered: Form['seen'] = ['kubernetes/controller-pod-entered', 'high'];
const minted: Form['seen'] = ['kubernetes/controller-token-minted', 'critical'];
const deployment = { namespace: 'kube-system', name: 'karpenter' };
const running = {
  kind: 'Deployment',
  metadata: { name: 'karpenter' },
  spec: { template: { spec: { serviceAccountName: 'karpenter', containers: [{ image: 'busybox' }] } } },
};
const patched = (requestObject: JsonObject | readonly JsonObject[]) =>
  audit('patch', 'deployments.apps', { objectRef: deployment, requestObject, responseObject: running });
const all = { Effect: 'Allow', Action: '*', Resource: '*' };
const byPlatform = (api: string, request: JsonObject) =>
  iam(api, { roleName: 'prod-karpenter', ...request }, { by: platform });
const inFleet = (verb: string, target: string, name: string, spec: JsonObject) =>
  audit(verb, target, {
    cluster: 'fleet',
    user: users.admin,
    objectRef: { namespace: 'fleet-eu', name },
    requestObject: { spec },
  });
const proxied = (path: string, over: object = {}) =>
  audit('get', 'nodes/proxy', { objectRef: kubelet, requestURI: `/api/v1/nodes/${kubelet.name}/${path}`, ...over });

/** Being a controller: its token, its pod, its secrets. */
export const ofController: Family = {
  goal: 'A controller’s identity in the cluster',
  forms: [
    {
      form: 'a token of its account',
      event: audit('create', 'serviceaccounts/token', { objectRef: deployment }),
      seen: minted,
    },
    {
      form: 'the same, with a dry run in its address',
      event: audit('create', 'serviceaccounts/token', {
        objectRef: deployment,
        requestURI: '/api/v1/namespaces/kube-system/serviceaccounts/karpenter/token?dryRun=All',
      }),
      seen: minted,
    },
    {
      form: 'a token of a controller inside kube-controller-manager',
      event: audit('create', 'serviceaccounts/token', {
        objectRef: { namespace: 'kube-system', name: 'clusterrole-aggregation-controller' },
      }),
      seen: minted,
    },
    {
      form: 'a pod that runs as it',
      event: audit('create', 'pods', {
        objectRef: { namespace: 'kube-system', name: 'tool' },
        requestObject: { spec: { serviceAccountName: 'karpenter', containers: [] } },
      }),
      seen: minted,
    },
    {
      form: 'a cron job that runs as it, by the old name of the member',
      event: audit('create', 'cronjobs.batch', {
        objectRef: { namespace: 'kube-system', name: 'tool' },
        requestObject: { spec: { jobTemplate: { spec: { template: { spec: { serviceAccount: 'karpenter' } } } } } },
      }),
      seen: minted,
    },
    {
      form: 'another image in its deployment',
      event: patched({ spec: { template: { spec: { containers: [{ name: 'controller', image: 'busybox' }] } } } }),
      seen: minted,
    },
    {
      form: 'the same by JSON Patch',
      event: patched([{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'busybox' }]),
      seen: minted,
    },
    {
      form: 'the same, by a path with something before its first slash and an index from the end',
      event: patched([{ op: 'replace', path: 'x/spec/template/spec/containers/-1/image', value: 'busybox' }]),
      seen: minted,
    },
    {
      form: 'the deployment replaced whole by a patch of no path',
      event: patched([{ op: 'replace', path: '', value: running }]),
      seen: minted,
    },
    {
      form: 'the account of another deployment, copied from its annotation by JSON Patch',
      event: audit('patch', 'deployments.apps', {
        objectRef: { namespace: 'kube-system', name: 'tool' },
        requestObject: [
          { op: 'copy', from: '/metadata/annotations/x', path: '/spec/template/spec/serviceAccountName' },
        ],
        responseObject: { ...running, metadata: { name: 'tool' } },
      }),
      seen: minted,
    },
    {
      form: 'the account in its place, beside a member that deployments do not have',
      event: audit('patch', 'deployments.apps', {
        objectRef: { namespace: 'kube-system', name: 'tool' },
        requestObject: {
          spec: {
            jobTemplate: { spec: { template: { spec: { serviceAccountName: 'x' } } } },
            template: { spec: { serviceAccountName: 'karpenter' } },
          },
        },
      }),
      seen: minted,
    },
    { form: 'a shell in its pod', event: audit('create', 'pods/exec', { objectRef: pod }), seen: entered },
    { form: 'a shell by websockets (`get`)', event: audit('get', 'pods/exec', { objectRef: pod }), seen: entered },
    { form: 'attached to its pod', event: audit('create', 'pods/attach', { objectRef: pod }), seen: entered },
    {
      form: 'a port of its pod forwarded',
      event: audit('get', 'pods/portforward', { objectRef: pod }),
      seen: answered,
    },
    {
      form: 'its pod asked through the API server',
      event: audit('get', 'pods/proxy', { objectRef: { ...pod, name: `${pod.name}:8080` } }),
      seen: answered,
    },
    {
      form: 'an ephemeral container in its pod',
      event: audit('patch', 'pods/ephemeralcontainers', { objectRef: pod }),
      seen: entered,
    },
    {
      form: 'a command through the kubelet',
      event: proxied('proxy/run/kube-system/karpenter-x/controller?cmd=id', { user: users.workload }),
      seen: entered,
    },
    {
      form: 'the same, with letters of its address encoded',
      event: proxied('prox%79/%65xec/kube-system/karpenter-x/controller?command=id', { user: users.workload }),
      seen: entered,
    },
    {
      form: 'the same, with a slash encoded',
      event: audit('get', 'nodes/proxy', {
        user: users.workload,
        objectRef: kubelet,
        requestURI: `/api/v1/nodes/${kubelet.name}%2Fproxy%2Fexec/a/b/c`,
      }),
      seen: entered,
    },
    {
      form: 'the same, back from the metrics',
      event: proxied('proxy/metrics/../exec/a/b/c', { user: users.workload }),
      seen: entered,
    },
    {
      form: 'the memory of a container, by a checkpoint',
      event: proxied('proxy/checkpoint/kube-system/karpenter-x/controller', { user: users.workload }),
      seen: entered,
    },
    { form: 'the kubelet’s pods, asked by a person', event: proxied('proxy/pods'), seen: answered },
    {
      form: 'its credentials read',
      event: audit('get', 'secrets', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'capa-system', name: 'capa-manager-bootstrap-credentials' },
      }),
      seen: ['kubernetes/controller-secret-touched', 'high'],
    },
    {
      form: 'its credentials, mounted by a pod',
      event: audit('create', 'pods', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'capa-system', name: 'tool' },
        requestObject: {
          spec: { volumes: [{ name: 's', secret: { secretName: 'capa-manager-bootstrap-credentials' } }] },
        },
      }),
      seen: ['kubernetes/controller-secret-touched', 'high'],
    },
    {
      form: 'the administrator’s file of a cluster, mounted by a pod',
      event: inFleet('create', 'pods', 'tool', {
        volumes: [{ name: 's', projected: { sources: [{ secret: { name: 'prod-eu-kubeconfig' } }] } }],
      }),
      seen: ['kubernetes/controller-secret-touched', 'critical'],
    },
    {
      form: 'the same, in the environment of a job',
      event: inFleet('create', 'jobs.batch', 'tool', {
        template: {
          spec: {
            containers: [
              {
                name: 'a',
                env: [{ name: 'K', valueFrom: { secretKeyRef: { name: 'prod-eu-kubeconfig', key: 'value' } } }],
              },
            ],
          },
        },
      }),
      seen: ['kubernetes/controller-secret-touched', 'critical'],
    },
    {
      form: 'a token in a secret, used',
      event: audit('delete', 'nodeclaims.karpenter.sh', {
        objectRef: { name: 'x' },
        user: users.karpenter,
        sourceIPs: ['10.0.1.17'],
        annotations: { 'authentication.k8s.io/legacy-token': 'system:serviceaccount:kube-system:karpenter' },
      }),
      seen: minted,
    },
    {
      form: 'a secret that is filled with its token, made',
      event: audit('create', 'secrets', { objectRef: { namespace: 'kube-system', name: 'tool' } }),
      seen: unseen(
        'secrets have no bodies in the log, and nothing tells their type: the token is seen when it is used',
      ),
    },
    {
      form: 'its lease deleted',
      event: audit('delete', 'leases.coordination.k8s.io', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-leader-election' },
      }),
      seen: ['kubernetes/leader-lease-deleted', 'medium'],
    },
    {
      form: 'its lease deleted with a dry run in the address that its body does not ask for',
      event: audit('delete', 'leases.coordination.k8s.io', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-leader-election' },
        requestURI: '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/karpenter-leader-election?dryRun=All',
      }),
      seen: ['kubernetes/leader-lease-deleted', 'medium'],
    },
    {
      form: 'its lease overwritten',
      event: audit('update', 'leases.coordination.k8s.io', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-leader-election' },
      }),
      seen: unseen('it looks like the renewal that is made every two seconds'),
    },
    {
      form: 'a shell in a pod of kube-system that bears another name',
      event: audit('create', 'pods/exec', { objectRef: { namespace: 'kube-system', name: 'tool' } }),
      seen: unseen('in shared namespaces a controller’s pods are known by its account’s name'),
    },
    {
      form: 'its pod bound to a node of one’s own',
      event: audit('create', 'pods/binding', { objectRef: pod }),
      seen: unseen('schedulers bind it so; who is refused, or is a node, is judged'),
    },
  ],
};

const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
const assumed: Form['seen'] = ['cloudtrail/controller-role-assumed-by-other', 'critical'];
const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE';
const byWeb = (subject: string, identityProvider = provider) =>
  call('sts', 'AssumeRoleWithWebIdentity', {
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${identityProvider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider,
    },
    requestParameters: { roleArn: role, roleSessionName: '1768825272022703283' },
    responseElements: { subjectFromWebIdentityToken: subject, provider: identityProvider },
  });
const policy = (statement: JsonObject) => JSON.stringify({ Version: '2012-10-17', Statement: statement });

/** The rights of a controller or a node in AWS. */
export const ofRole: Family = {
  goal: 'The role of a controller or of nodes in AWS, or more rights for it',
  forms: [
    {
      form: 'assumed by a person',
      event: call('sts', 'AssumeRole', { requestParameters: { roleArn: role, roleSessionName: 'x' } }),
      seen: assumed,
    },
    { form: 'by another service account', event: byWeb('system:serviceaccount:team-a:tool'), seen: assumed },
    {
      form: 'by the right subject of somebody else’s provider',
      event: byWeb(
        'system:serviceaccount:kube-system:karpenter',
        'arn:aws:iam::111122223333:oidc-provider/example.com',
      ),
      seen: assumed,
    },
    {
      form: 'by Pod Identity, of another account',
      event: call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
        requestParameters: {
          roleArn: role,
          roleSessionName: 'eks-prod-x',
          tags: [
            { key: 'kubernetes-namespace', value: 'team-a' },
            { key: 'kubernetes-service-account', value: 'tool' },
          ],
        },
      }),
      seen: assumed,
    },
    {
      form: 'by Pod Identity without session tags',
      event: call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
        requestParameters: { roleArn: role, roleSessionName: 'eks-prod-x' },
      }),
      seen: unseen('nothing names the pod; the association that does so is seen when it is made'),
    },
    {
      form: 'an association with its role',
      event: eks('CreatePodIdentityAssociation', { namespace: 'team-a', serviceAccount: 'tool', roleArn: role }),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'an association with another role that passes on to it',
      event: eks('UpdatePodIdentityAssociation', {
        associationId: 'a-1',
        targetRoleArn: role,
        disableSessionTags: true,
      }),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'its own account gets it by the platform, in a cluster of the same name in another region',
      event: eks(
        'CreatePodIdentityAssociation',
        { namespace: 'kube-system', serviceAccount: 'karpenter', roleArn: role },
        { by: platform, record: { awsRegion: 'eu-central-1' } },
      ),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'an add-on with its role',
      event: eks('CreateAddon', { addonName: 'x', podIdentityAssociations: [{ serviceAccount: 'x', roleArn: role }] }),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'a certificate that gets it',
      event: other('rolesanywhere', 'CreateProfile', { name: 'x', roleArns: [role] }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'high'],
    },
    {
      form: 'the role of nodes assumed from another account',
      event: call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSAccount', principalId: 'AROAEXAMPLEOTHERACCT1:x', accountId: '444455556666' },
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod', roleSessionName: 'x' },
      }),
      seen: ['cloudtrail/node-role-taken', 'high'],
    },
    {
      form: 'another trust policy',
      event: iam('UpdateAssumeRolePolicy', {
        roleName: 'prod-karpenter',
        policyDocument: policy({ Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }),
      }),
      seen: ['cloudtrail/node-or-controller-trust-changed', 'critical'],
    },
    {
      form: 'the role made again, for every subject of a provider, under a condition that says nothing',
      event: iam('CreateRole', {
        roleName: 'prod-karpenter',
        assumeRolePolicyDocument: policy({
          Effect: 'Allow',
          Principal: { Federated: provider },
          Action: 'sts:AssumeRoleWithWebIdentity',
          Condition: { Null: { 'oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE:sub': 'false' } },
        }),
      }),
      seen: ['cloudtrail/node-or-controller-trust-changed', 'critical'],
    },
    {
      form: 'a trust policy that is URL-encoded',
      event: iam('UpdateAssumeRolePolicy', {
        roleName: 'KarpenterNodeRole-prod',
        policyDocument: encodeURIComponent(
          policy({ Effect: 'Allow', Principal: { AWS: ['444455556666'] }, Action: 'sts:AssumeRole' }),
        ),
      }),
      seen: ['cloudtrail/node-or-controller-trust-changed', 'critical'],
    },
    {
      form: 'a policy for nodes with a wildcard in its action',
      event: iam('PutRolePolicy', {
        roleName: 'KarpenterNodeRole-prod',
        policyName: 'x',
        policyDocument: policy({ Effect: 'Allow', Action: 'i?m:P*', Resource: 'arn:aws:iam::111122223333:role/*' }),
      }),
      seen: ['cloudtrail/node-role-policy-attached', 'critical'],
    },
    {
      form: 'a policy for nodes by what it leaves out',
      event: iam('PutRolePolicy', {
        roleName: 'KarpenterNodeRole-prod',
        policyName: 'x',
        policyDocument: policy({ Effect: 'Allow', NotAction: 'x:y', NotResource: 'arn:aws:s3:::x' }),
      }),
      seen: ['cloudtrail/node-role-policy-attached', 'critical'],
    },
    {
      form: 'a managed policy for nodes',
      event: iam('AttachRolePolicy', {
        roleName: 'KarpenterNodeRole-prod',
        policyArn: 'arn:aws:iam::111122223333:policy/AmazonEKSWorkerNodePolicy',
      }),
      seen: ['cloudtrail/node-role-policy-attached', 'high'],
    },
    {
      form: 'its boundary removed',
      event: iam('DeleteRolePermissionsBoundary', { roleName: 'prod-karpenter' }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    ...(
      [
        ['a policy behind more white space than quotas count', `${' '.repeat(30_000)}${policy(all)}`],
        ['a policy encoded for an address, white space first', `%0A${encodeURIComponent(policy(all))}`],
        ['a policy that is not read', '{'],
        ['every role to be assumed', policy({ ...all, Action: 'sts:AssumeRole' })],
        ['keys of every user', policy({ ...all, Action: 'iam:CreateAccessKey', Resource: 'arn:aws:iam::*:user/*' })],
        ['every boundary to be removed', policy({ ...all, Action: 'iam:DeleteRolePermissionsBoundary' })],
      ] as const
    ).map(
      ([form, policyDocument]): Form => ({
        form: `by the platform, for a controller: ${form}`,
        event: byPlatform('PutRolePolicy', { policyName: 'x', policyDocument }),
        seen: ['cloudtrail/controller-role-policy-changed', 'high'],
      }),
    ),
    {
      form: 'by the platform: its boundary removed',
      event: byPlatform('DeleteRolePermissionsBoundary', {}),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'by the platform: a denying policy taken from it',
      event: byPlatform('DeleteRolePolicy', { policyName: 'AWSRevokeOlderSessions' }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'by the platform: another version of its policy, made before and not told',
      event: iam(
        'SetDefaultPolicyVersion',
        { policyArn: 'arn:aws:iam::111122223333:policy/KarpenterControllerNodeLifecyclePolicy-prod', versionId: 'v7' },
        { by: platform },
      ),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'by the platform: the account taken out of the organization',
      event: other('organizations', 'RemoveAccountFromOrganization', { accountId: '111122223333' }, { by: platform }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'by the platform: a policy of a harmless name that allows everything',
      event: byPlatform('AttachRolePolicy', { policyArn: 'arn:aws:iam::111122223333:policy/launch-extras' }),
      // What it holds is in no record of its attachment; that somebody changed what a controller may do is told.
      seen: ['cloudtrail/controller-role-policy-changed', 'medium'],
    },
    {
      form: 'everything attached to a role with a usual name of a controller’s, where the settings name none',
      event: iam('AttachRolePolicy', {
        roleName: 'prod-karpenter',
        policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
      }),
      settings: { controllers: [] },
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'a policy of the organization detached',
      event: other('organizations', 'DetachPolicy', { policyId: 'p-x', targetId: 'ou-x' }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'the account moved from under it',
      event: other('organizations', 'MoveAccount', {
        accountId: '111122223333',
        sourceParentId: 'ou-x',
        destinationParentId: 'r-x',
      }),
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'a policy of the organization attached that lets more through (a declarative policy)',
      event: other('organizations', 'AttachPolicy', { policyId: 'p-x', targetId: 'ou-x' }),
      seen: unseen('the call names the policy alone, and attaching one mostly takes rights away'),
    },
    {
      form: 'a key for the user of a controller',
      event: iam('CreateAccessKey', { userName: 'capa' }),
      settings: {
        controllers: [{ kind: 'cluster-api', cluster: 'fleet', roles: ['arn:aws:iam::111122223333:user/capa'] }],
      },
      seen: ['cloudtrail/controller-role-policy-changed', 'high'],
    },
    {
      form: 'what the user of a controller never does',
      event: iam(
        'CreateUser',
        { userName: 'x' },
        {
          by: {
            type: 'IAMUser',
            arn: 'arn:aws:iam::111122223333:user/capa',
            accountId: '111122223333',
            userName: 'capa',
          },
        },
      ),
      settings: {
        controllers: [{ kind: 'cluster-api', cluster: 'fleet', roles: ['arn:aws:iam::111122223333:user/capa'] }],
      },
      seen: ['cloudtrail/controller-role-escalates', 'critical'],
    },
    {
      form: 'Karpenter’s role for users',
      event: iam('CreateAccessKey', { userName: 'x' }, { by: karpenter }),
      seen: ['cloudtrail/controller-role-escalates', 'critical'],
    },
    {
      form: 'the role of nodes assumed',
      event: call('sts', 'AssumeRole', {
        requestParameters: {
          roleArn: 'arn:aws:iam::111122223333:role/path/KarpenterNodeRole-prod',
          roleSessionName: 'x',
        },
      }),
      seen: ['cloudtrail/node-role-taken', 'high'],
    },
    {
      form: 'a session named like an instance',
      event: call('sts', 'AssumeRole', {
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/x', roleSessionName: 'i-0aaaabbbbccccdddd' },
      }),
      seen: ['cloudtrail/role-session-named-like-instance', 'medium'],
    },
    {
      form: 'a pod of one’s own, annotated with its role',
      event: audit('patch', 'serviceaccounts', {
        objectRef: { namespace: 'team-a', name: 'tool' },
        requestObject: { metadata: { annotations: { 'eks.amazonaws.com/role-arn': role } } },
      }),
      seen: unseen('the trust policy decides whether it helps; the role is seen assumed by a stranger'),
    },
    {
      form: 'a member account’s root session (AssumeRoot)',
      event: call('sts', 'AssumeRoot', {
        requestParameters: {
          targetPrincipal: '111122223333',
          taskPolicyArn: { arn: 'arn:aws:iam::aws:policy/root-task/S3UnlockBucketPolicy' },
        },
      }),
      seen: unseen('it is of the management account; what the session deletes of ours is seen'),
    },
  ],
};
