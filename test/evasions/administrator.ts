import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, iamSession, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const rbac = 'rbac.authorization.k8s.io';
const bindings = `clusterrolebindings.${rbac}`;
const roles = `clusterroles.${rbac}`;
const mallory = { kind: 'User', apiGroup: rbac, name: 'mallory' };
const bound = (name: string, kind = 'ClusterRole') => ({
  apiVersion: `${rbac}/v1`,
  kind: 'ClusterRoleBinding',
  metadata: { name: 'tool' },
  roleRef: { apiGroup: rbac, kind, name },
  subjects: [mallory],
});
const named = { objectRef: { name: 'tool' } };
const everything = { apiGroups: ['*'], resources: ['*'], verbs: ['*'] };
const granted: Form['seen'] = ['kubernetes/controller-rbac-granted', 'critical'];
const grantedHigh: Form['seen'] = ['kubernetes/controller-rbac-granted', 'high'];
const written = (requestObject: JsonObject | readonly JsonObject[], over: object = {}, verb = 'create') =>
  audit(verb, roles, { ...named, requestObject, ...over });

/** A request with a subject in plain letters. @param before what stands before its block */
const pem = (subject: string, before = ''): string => {
  const inner = Buffer.from(subject, 'latin1').toString('base64');
  return Buffer.from(
    `${before}-----BEGIN CERTIFICATE REQUEST-----\n${inner}\n-----END CERTIFICATE REQUEST-----\n`,
  ).toString('base64');
};

/** Rights over everything in the cluster by RBAC. */
export const byRbac: Family = {
  goal: 'Every right in the cluster, by RBAC',
  forms: [
    {
      form: 'a binding to cluster-admin',
      event: audit('create', bindings, { ...named, requestObject: bound('cluster-admin') }),
      seen: granted,
    },
    {
      form: 'the same, whose answer timed out (`?timeout=`)',
      event: audit('create', bindings, {
        ...named,
        requestObject: bound('cluster-admin'),
        responseStatus: { code: 504 },
      }),
      seen: granted,
    },
    {
      form: 'the same, applied by the server',
      event: audit('patch', bindings, {
        ...named,
        requestObject: bound('cluster-admin'),
        responseStatus: { code: 201 },
      }),
      seen: granted,
    },
    {
      form: 'the same, in one namespace of a team',
      event: audit('create', `rolebindings.${rbac}`, {
        objectRef: { namespace: 'team-a', name: 'tool' },
        requestObject: bound('cluster-admin'),
      }),
      seen: granted,
    },
    {
      form: 'a subject added by JSON Patch',
      event: audit('patch', bindings, {
        ...named,
        requestObject: [{ op: 'add', path: '/subjects/-', value: mallory }],
        responseObject: bound('cluster-admin'),
      }),
      seen: granted,
    },
    {
      form: 'a subject added by a path with something before its first slash',
      event: audit('patch', bindings, {
        ...named,
        requestObject: [{ op: 'add', path: 'x/subjects/+0', value: mallory }],
        responseObject: bound('cluster-admin'),
      }),
      seen: granted,
    },
    { form: 'a role of one’s own with every verb', event: written({ rules: [everything] }), seen: granted },
    {
      form: 'a harmless rule made worse piece by piece',
      event: written(
        [{ op: 'replace', path: '/rules/0/verbs', value: ['*'] }],
        { responseObject: { metadata: {}, rules: [everything] } },
        'patch',
      ),
      seen: granted,
    },
    {
      form: 'a rule added harmless and made worse in the same patch, whose result is not logged',
      event: written(
        [
          { op: 'add', path: '/rules/-', value: { ...everything, verbs: ['get'] } },
          { op: 'replace', path: '/rules/-1/verbs', value: ['*'] },
        ],
        {},
        'patch',
      ),
      seen: granted,
    },
    {
      form: 'a role replaced whole by a patch of no path',
      event: written(
        [{ op: 'replace', path: '', value: { metadata: { name: 'tool' }, rules: [everything] } }],
        {},
        'patch',
      ),
      seen: granted,
    },
    {
      form: 'a role that gathers the API server’s own (aggregationRule)',
      event: written({
        aggregationRule: {
          clusterRoleSelectors: [{ matchExpressions: [{ key: 'kubernetes.io/bootstrapping', operator: 'Exists' }] }],
        },
        rules: null,
      }),
      seen: granted,
    },
    {
      form: 'a role that gathers whatever there is',
      event: written({ aggregationRule: { clusterRoleSelectors: [{}] } }),
      seen: granted,
    },
    {
      form: 'cluster-admin labelled so that a role of one’s own gathers it',
      event: written({ metadata: { labels: { team: 'a' } } }, { objectRef: { name: 'cluster-admin' } }, 'patch'),
      seen: granted,
    },
    {
      form: 'a role of one’s own labelled so that `edit` gathers it',
      event: written(
        { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' } } },
        { responseObject: { metadata: {}, rules: [everything] } },
        'patch',
      ),
      seen: granted,
    },
    {
      form: 'escalate',
      event: written({ rules: [{ apiGroups: [rbac], resources: ['clusterroles'], verbs: ['escalate'] }] }),
      seen: granted,
    },
    {
      form: 'bind',
      event: written({ rules: [{ apiGroups: [rbac], resources: ['clusterroles'], verbs: ['bind'] }] }),
      seen: granted,
    },
    {
      form: 'impersonate',
      event: written({ rules: [{ apiGroups: [''], resources: ['groups'], verbs: ['impersonate'] }] }),
      seen: granted,
    },
    {
      form: 'one of the verbs of constrained impersonation',
      event: written({
        rules: [{ apiGroups: ['authentication.k8s.io'], resources: ['users'], verbs: ['impersonate:user-info'] }],
      }),
      seen: granted,
    },
    ...[
      'system:controller:generic-garbage-collector',
      'system:controller:storage-version-migrator-controller',
      'argocd-application-controller',
    ].map(
      (name): Form => ({
        form: `a binding to ${name}`,
        event: audit('create', bindings, { ...named, requestObject: bound(name) }),
        seen: granted,
      }),
    ),
    ...[
      'system:node',
      'system:kube-controller-manager',
      'system:kubelet-api-admin',
      'system:controller:resourcequota-controller',
      'system:controller:namespace-controller',
      'system:controller:daemon-set-controller',
      'system:aggregate-to-edit',
      'system:controller:certificate-controller',
      'edit',
      'karpenter-core',
    ].map(
      (name): Form => ({
        form: `a binding to ${name}`,
        event: audit('create', bindings, { ...named, requestObject: bound(name) }),
        seen: grantedHigh,
      }),
    ),
    {
      form: 'a binding to a Role of the API server that reads kube-system’s secrets',
      event: audit('create', `rolebindings.${rbac}`, {
        objectRef: { namespace: 'kube-system', name: 'tool' },
        requestObject: bound('system:controller:bootstrap-signer', 'Role'),
      }),
      seen: grantedHigh,
    },
    {
      form: 'Cluster API’s role in a namespace of Clusters',
      event: audit('create', `rolebindings.${rbac}`, {
        cluster: 'fleet',
        objectRef: { namespace: 'fleet-eu', name: 'tool' },
        requestObject: bound('capi-manager-role'),
      }),
      seen: grantedHigh,
    },
    {
      form: 'pods/exec in the namespace of a controller',
      event: audit('create', `roles.${rbac}`, {
        cluster: 'fleet',
        objectRef: { namespace: 'capa-system', name: 'tool' },
        requestObject: { rules: [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['get'] }] },
      }),
      seen: grantedHigh,
    },
    {
      form: 'a binding to an existing role of another name with the same rules',
      event: audit('create', bindings, { ...named, requestObject: bound('ops') }),
      seen: unseen(
        'what a role of one’s own holds is in no record of its binding: the role is judged when it is written',
      ),
    },
    {
      form: '`get` on nodes/proxy, which opens a shell by websockets',
      event: written({ rules: [{ apiGroups: [''], resources: ['nodes/proxy'], verbs: ['get'] }] }),
      seen: unseen('monitoring is given it by the dozen; the shell itself is seen (kubernetes/controller-pod-entered)'),
    },
    {
      form: 'pods/exec in every namespace',
      event: written({ rules: [{ apiGroups: [''], resources: ['pods', 'pods/exec'], verbs: ['create'] }] }),
      seen: unseen('operators are given it by the dozen; a shell in a controller is seen'),
    },
  ],
  traceless: [
    [
      'a server-side apply whose body is YAML and no JSON, of what is logged with its body (RBAC, webhooks, pods)',
      'the API server cannot write the event and drops it (kubernetes/kubernetes issue 110671; pull request 139419 mends it). kubectl sends JSON. What is logged at Metadata level (custom resources, secrets) is not lost',
    ],
  ],
};

const ref = { namespace: 'kube-system', name: 'aws-auth' };
const awsAuth = (mapRoles: string, over: object = {}) =>
  audit('patch', 'configmaps', { objectRef: ref, requestObject: { data: { mapRoles } }, ...over });
const mapped: Form['seen'] = ['kubernetes/aws-auth-changed', 'critical'];
const entry = (...lines: readonly string[]) =>
  `- rolearn: arn:aws:iam::444455556666:role/x\n${lines.map(line => `  ${line}\n`).join('')}`;

const argo = 'system:serviceaccount:argocd:argocd-application-controller';
const ownNodes = '- rolearn: arn:aws:iam::111122223333:role/KarpenterNodeRole-prod\n  groups: [system:nodes]\n';

/** Rights in the cluster by who may sign in, and as whom. */
export const bySigningIn: Family = {
  goal: 'Every right in the cluster, by signing in as somebody else',
  forms: [
    { form: 'system:masters in aws-auth', event: awsAuth(entry('groups:', '- system:masters')), seen: mapped },
    { form: 'the same, escaped', event: awsAuth(entry('groups:', '- "system:\\x6dasters"')), seen: mapped },
    {
      form: 'the same, by an anchor',
      event: awsAuth(entry('username: &a system:masters', 'groups:', '- *a')),
      seen: mapped,
    },
    {
      form: 'the same, as a folded scalar',
      event: awsAuth(entry('groups:', '- >-', '    system:masters')),
      seen: mapped,
    },
    {
      form: 'the same, as JSON with an escape',
      event: awsAuth('[{"rolearn":"x","groups":["system:\\u006dasters"]}]'),
      seen: mapped,
    },
    {
      form: 'an entry behind a line break that only YAML takes for one',
      event: awsAuth('# nodes\u2028- rolearn: x\n'),
      seen: mapped,
    },
    {
      form: 'kubeadm’s group of administrators',
      event: awsAuth(entry('groups: [kubeadm:cluster-admins]')),
      seen: mapped,
    },
    {
      form: 'the name of a controller’s account',
      event: awsAuth(entry('username: system:serviceaccount:kube-system:karpenter')),
      seen: mapped,
    },
    {
      form: 'a role that is no node role as nodes',
      event: awsAuth(entry('username: system:node:{{EC2PrivateDNSName}}', 'groups: [system:nodes]')),
      seen: mapped,
    },
    {
      form: 'aws-auth created anew',
      event: audit('create', 'configmaps', { objectRef: ref }),
      seen: ['kubernetes/aws-auth-changed', 'high'],
    },
    {
      form: 'aws-auth changed by JSON Patch, by a path with something before its first slash',
      event: audit('patch', 'configmaps', {
        objectRef: ref,
        requestObject: [{ op: 'add', path: 'x/data/mapRoles', value: entry('groups: [system:masters]') }],
      }),
      seen: mapped,
    },
    {
      form: 'a role that is no node role as nodes, with a node role’s ARN for a user’s beside it',
      event: awsAuth(
        '- rolearn: arn:aws:iam::111122223333:role/x\n  userarn: arn:aws:iam::111122223333:role/KarpenterNodeRole-prod\n  groups: [system:nodes]\n',
      ),
      seen: mapped,
    },
    {
      form: 'the name of a controller’s account, and another in other letters (`USERNAME`)',
      event: awsAuth(entry('USERNAME: system:serviceaccount:kube-system:karpenter', 'username: x')),
      seen: mapped,
    },
    ...(
      [
        ['a role of another account in a team’s group', { mapRoles: `${ownNodes}${entry('groups: [viewers]')}` }],
        ['every user of another account (`mapAccounts`)', { mapRoles: ownNodes, mapAccounts: '- "444455556666"' }],
        [
          'a role of the account in a group that the settings exempt',
          { mapRoles: `${ownNodes}- rolearn: arn:aws:iam::111122223333:role/x\n  groups: [platform-admins]\n` },
        ],
        [
          'a role of the account in the group of kube-system’s accounts',
          {
            mapRoles: `${ownNodes}- rolearn: arn:aws:iam::111122223333:role/x\n  groups: [system:serviceaccounts:kube-system]\n`,
          },
        ],
        ['no role any more, which locks nodes and responders out', { mapRoles: '[]' }],
        ['no role any more, by null', { mapRoles: null }],
        ['users taken away beside an ordinary list of roles', { mapRoles: ownNodes, mapUsers: null }],
        ['an ordinary list that takes all else away (`$patch`)', { $patch: 'replace', mapRoles: ownNodes }],
      ] satisfies readonly (readonly [string, JsonObject])[]
    ).map(
      ([form, data]): Form => ({
        form: `by the platform: ${form}`,
        event: audit('patch', 'configmaps', { objectRef: ref, requestObject: { data }, user: users.platform }),
        seen: ['kubernetes/aws-auth-changed', 'high'],
      }),
    ),
    {
      form: 'by the platform: roles removed by JSON Patch that reads like an ordinary list',
      event: audit('patch', 'configmaps', {
        objectRef: ref,
        requestObject: [{ op: 'remove', path: '/data/mapRoles', data: { mapRoles: ownNodes } }],
        user: users.platform,
      }),
      seen: ['kubernetes/aws-auth-changed', 'high'],
    },
    {
      form: 'what a foreign account’s session does that aws-auth names `eks:…`',
      event: audit('create', bindings, {
        ...named,
        requestObject: bound('cluster-admin'),
        user: {
          username: 'eks:tool',
          groups: ['system:masters'],
          extra: { arn: ['arn:aws:sts::444455556666:assumed-role/x/y'] },
        },
      }),
      seen: unseen('EKS’s own come so, from accounts of AWS’s that nobody lists; the mapping is seen, at critical'),
    },
    {
      form: 'an access entry with an administrator’s policy',
      event: eks('AssociateAccessPolicy', {
        principalArn: 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdeveloper',
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      }),
      seen: ['cloudtrail/eks-access-granted', 'critical'],
    },
    {
      form: 'the same through CloudFormation',
      event: eks(
        'AssociateAccessPolicy',
        {
          principalArn: 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fdeveloper',
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSAdminPolicy',
        },
        { record: { sourceIPAddress: 'cloudformation.amazonaws.com', userAgent: 'cloudformation.amazonaws.com' } },
      ),
      seen: ['cloudtrail/eks-access-granted', 'critical'],
    },
    {
      form: 'an access entry that is given groups',
      event: eks('UpdateAccessEntry', {
        principalArn: 'arn%3Aaws%3Aiam%3A%3A111122223333%3Arole%2Fx',
        kubernetesGroups: ['platform-admins'],
      }),
      seen: ['cloudtrail/eks-access-granted', 'high'],
    },
    {
      form: 'an access entry of a node type',
      event: eks('CreateAccessEntry', { principalArn: 'arn:aws:iam::111122223333:role/x', type: 'EC2_LINUX' }),
      seen: ['cloudtrail/eks-access-granted', 'high'],
    },
    {
      form: 'an identity provider of one’s own',
      event: eks('AssociateIdentityProviderConfig', { oidc: { issuerUrl: 'https://example.com', clientId: 'x' } }),
      seen: ['cloudtrail/eks-authentication-changed', 'critical'],
    },
    {
      form: 'another authentication mode',
      event: eks('UpdateClusterConfig', { accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } }),
      seen: ['cloudtrail/eks-authentication-changed', 'critical'],
    },
    {
      form: 'another thumbprint of the cluster’s provider',
      event: iam('UpdateOpenIDConnectProviderThumbprint', {
        openIDConnectProviderArn: 'arn:aws:iam::111122223333:oidc-provider/x',
        thumbprintList: ['0'],
      }),
      seen: ['cloudtrail/eks-authentication-changed', 'critical'],
    },
    {
      form: 'a capability of EKS with a role',
      event: eks('CreateCapability', {
        capabilityName: 'argo',
        type: 'ARGOCD',
        roleArn: 'arn:aws:iam::111122223333:role/x',
      }),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'a client certificate',
      event: audit('create', 'certificatesigningrequests.certificates.k8s.io', {
        ...named,
        requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client' } },
      }),
      seen: ['kubernetes/client-certificate-requested', 'high'],
    },
    {
      form: 'a client certificate of system:masters, in the second block of its PEM, in UTF-16',
      event: audit('create', 'certificatesigningrequests.certificates.k8s.io', {
        ...named,
        requestObject: {
          spec: {
            signerName: 'kubernetes.io/kube-apiserver-client',
            request: pem([...'system:masters'].map(letter => `\0${letter}`).join(''), '-----BEGIN X-----\nAAA\n'),
          },
        },
      }),
      seen: ['kubernetes/client-certificate-requested', 'critical'],
    },
    {
      form: 'approval of one by a patch',
      event: audit('patch', 'certificatesigningrequests.certificates.k8s.io/approval', {
        ...named,
        requestObject: [{ op: 'add', path: 'x/status/conditions', value: [{ type: 'Approved' }] }],
        responseObject: { metadata: {}, spec: { signerName: 'kubernetes.io/kube-apiserver-client' } },
      }),
      seen: ['kubernetes/client-certificate-requested', 'high'],
    },
    ...[
      ['the scheduler', 'system:kube-scheduler'],
      ['a controller’s account', 'system:serviceaccount:kube-system:karpenter'],
      ['a node, by the signer that does not look at it', 'system:node:evil'],
    ].map(
      ([who, name = '']): Form => ({
        form: `a client certificate in the name of ${who}`,
        event: audit('create', 'certificatesigningrequests.certificates.k8s.io', {
          ...named,
          requestObject: { spec: { signerName: 'kubernetes.io/kube-apiserver-client', request: pem(name) } },
        }),
        seen: ['kubernetes/client-certificate-requested', 'critical'],
      }),
    ),
    {
      form: 'a certificate in a name of EKS’s, on a cluster that is not EKS’s, and a binding with it',
      event: audit('create', bindings, {
        ...named,
        cluster: 'fleet',
        user: { username: 'eks:addon-manager', groups: ['system:authenticated'] },
        requestObject: bound('cluster-admin'),
      }),
      seen: granted,
    },
    {
      form: 'a certificate in a component’s name, signed with a key of the cluster, and a binding with it',
      event: audit('create', bindings, {
        ...named,
        cluster: 'fleet',
        user: { username: 'system:kube-scheduler', groups: ['system:authenticated'] },
        requestObject: bound('cluster-admin'),
      }),
      seen: ['kubernetes/component-identity-misused', 'critical'],
    },
    {
      form: 'impersonating system:masters',
      event: audit('list', 'pods', { impersonatedUser: { username: 'x', groups: ['system:masters'] } }),
      seen: ['kubernetes/controller-or-node-impersonated', 'critical'],
    },
    {
      form: 'impersonating a component of the control plane',
      event: audit('list', 'pods', { impersonatedUser: { username: 'system:kube-controller-manager' } }),
      seen: ['kubernetes/controller-or-node-impersonated', 'critical'],
    },
    {
      form: 'impersonating a node by its group',
      event: audit('get', 'pods', {
        impersonatedUser: { username: 'x', groups: ['system:nodes'], extra: { a: ['b'] } },
      }),
      seen: ['kubernetes/controller-or-node-impersonated', 'critical'],
    },
    {
      form: 'impersonating the platform’s group, and writing a NodePool',
      event: audit('patch', 'nodepools.karpenter.sh', {
        ...named,
        impersonatedUser: { username: 'x', groups: ['platform-admins'] },
      }),
      seen: ['kubernetes/provisioning-changed-by-unexpected', 'high'],
    },
    {
      form: 'impersonating an ordinary person',
      event: audit('list', 'pods', { impersonatedUser: { username: 'alice', groups: ['developers'] } }),
      seen: unseen('it is what support does; what is done so is judged as done by nobody who is exempt'),
    },
    {
      form: 'a name like the platform’s session, by an access entry',
      event: audit('patch', 'nodepools.karpenter.sh', {
        ...named,
        user: { ...iamSession('developer', 'alice'), username: users.platform.username ?? '' },
      }),
      seen: ['kubernetes/provisioning-changed-by-unexpected', 'high'],
    },
    {
      form: 'a node’s name over another role’s session',
      event: audit('get', 'secrets', {
        objectRef: { namespace: 'team-a', name: 'db' },
        user: { ...node(), extra: iamSession('developer', 'alice').extra ?? {} },
        sourceIPs: ['10.0.1.17'],
      }),
      seen: ['kubernetes/node-identity-off-node', 'critical'],
    },
    ...(
      [
        [
          'a shell in a pod',
          'create',
          'pods/exec',
          { namespace: 'shop', name: 'x' },
          ['kubernetes/service-account-off-cluster', 'critical'],
        ],
        ['a binding', 'create', bindings, { name: 'x' }, ['kubernetes/service-account-off-cluster', 'critical']],
        [
          'a NodePool changed',
          'patch',
          'nodepools.karpenter.sh',
          { name: 'x' },
          unseen(
            'it is what EKS does with that role; that somebody else took it is seen in AWS (cloudtrail/controller-role-assumed-by-other)',
          ),
        ],
      ] satisfies readonly (readonly [string, string, string, JsonObject, Form['seen']])[]
    ).map(
      ([form, verb, target, objectRef, seen]): Form => ({
        form: `the role of a cluster with Auto Mode, from outside: ${form}`,
        event: audit(verb, target, {
          objectRef,
          user: iamSession('shop-control-plane', 'alice'),
          sourceIPs: ['192.0.2.77'],
        }),
        settings: { controllers: [{ kind: 'eks', roles: ['arn:aws:iam::111122223333:role/shop-control-plane'] }] },
        seen,
      }),
    ),
    {
      form: 'a controller’s token from outside',
      event: audit('patch', 'nodeclaims.karpenter.sh', {
        ...named,
        user: users.karpenter,
        sourceIPs: ['10.0.1.17', '192.0.2.77'],
      }),
      seen: ['kubernetes/service-account-off-cluster', 'critical'],
    },
    {
      form: 'a token minted for the account of GitOps',
      event: audit('create', 'serviceaccounts/token', {
        objectRef: { namespace: 'flux-system', name: 'kustomize-controller' },
      }),
      seen: ['kubernetes/controller-token-minted', 'critical'],
    },
    ...(
      [
        ['a client certificate', { username: argo, groups: ['system:serviceaccounts'] }],
        ['an entry of aws-auth', { ...users.developer, username: argo }],
        ['a token that no pod has', { username: argo, groups: ['system:serviceaccounts:argocd'], uid: 'x' }],
      ] as const
    ).map(
      ([form, user]): Form => ({
        form: `the usual name of GitOps by ${form}, to run a pod as Karpenter, where settings name no GitOps`,
        event: audit('create', 'pods', {
          objectRef: { namespace: 'kube-system', name: 'tool' },
          requestObject: { spec: { serviceAccountName: 'karpenter', containers: [{ image: 'busybox' }] } },
          user,
        }),
        settings: { gitops: {} },
        seen: ['kubernetes/controller-token-minted', 'critical'],
      }),
    ),
    {
      form: 'the same by a shell in a pod of GitOps’, where settings name no GitOps',
      event: audit('create', 'pods/exec', {
        objectRef: { namespace: 'argocd', name: 'argocd-application-controller-0' },
      }),
      settings: { gitops: {} },
      seen: unseen(
        'whose pods they are is said by the settings: name GitOps there, and keep its namespace from people',
      ),
    },
    {
      form: 'Karpenter’s token for what Karpenter does not do',
      event: audit('list', 'secrets', { user: users.karpenter, sourceIPs: ['10.0.1.17'] }),
      seen: ['kubernetes/karpenter-identity-misused', 'critical'],
    },
    {
      form: 'Karpenter’s token for what Karpenter does, from its own network',
      event: audit('create', 'nodeclaims.karpenter.sh', { ...named, user: users.karpenter, sourceIPs: ['10.0.1.17'] }),
      seen: unseen('nothing tells it from Karpenter’s own call'),
    },
    {
      form: 'an anonymous call that succeeds',
      event: audit('list', 'secrets', { user: users.anonymous }),
      seen: ['kubernetes/denied-burst', 'high'],
    },
    {
      form: 'the access policy of nodes’ kind by Cloud Control',
      event: other('cloudcontrolapi', 'CreateResource', { typeName: 'AWS::EKS::AccessEntry' }),
      seen: unseen(
        'its own record says nothing of what is made; EKS records the CreateAccessEntry that it makes for the caller',
      ),
    },
    {
      form: 'the token of a workload that the settings do not name',
      event: audit('create', 'serviceaccounts/token', {
        objectRef: { namespace: 'team-a', name: 'app' },
        user: serviceAccount('team-b', 'x'),
      }),
      seen: unseen('it is the token of nobody on this plane'),
    },
  ],
};
