import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json } from '../../core/json.ts';
import { awsAuthMaps } from '../../core/kubernetes/aws-auth.ts';
import { expiryOf } from '../../core/kubernetes/bootstrap-token.ts';
import { outcomeOf } from '../../core/kubernetes/call.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { hostAccess } from '../../core/kubernetes/host-access.ts';
import { hoursAt } from '../../core/kubernetes/hours.ts';
import { placeOf } from '../../core/kubernetes/place.ts';
import { mountedSecrets } from '../../core/kubernetes/pod.ts';
import { grantsOf } from '../../core/kubernetes/rbac.ts';
import { secretKind } from '../../core/kubernetes/secret.ts';

type Over = NonNullable<Parameters<typeof audit>[2]>;

describe('what became of a call', () => {
  const code = (code: number, over: Over = {}) =>
    outcomeOf(audit('create', 'pods', { responseStatus: { code }, ...over }).record);
  test('by status, decision and stage', () => {
    expect(code(201)).toBe('succeeded');
    expect(code(101)).toBe('succeeded');
    expect(code(299)).toBe('succeeded');
    expect(code(403)).toBe('denied');
    expect(code(401)).toBe('denied');
    expect(code(409)).toBe('failed');
    expect(code(201, { stage: 'RequestReceived' })).toBe('unknown');
    expect(code(201, { requestURI: '/api/v1/namespaces/a/pods?fieldManager=x&dryRun=All' })).toBe('dry-run');
  });
  test.each([
    ['get', 'secrets', 'succeeded'],
    ['list', 'secrets', 'succeeded'],
    ['create', 'pods/exec', 'succeeded'],
    ['create', 'pods/attach', 'succeeded'],
    ['create', 'pods/portforward', 'succeeded'],
    ['create', 'nodes/proxy', 'succeeded'],
    ['create', 'serviceaccounts/token', 'succeeded'],
    ['create', 'pods/eviction', 'dry-run'],
    ['update', 'nodes', 'dry-run'],
    // Its options may stand in a body that is not logged, and those of its address count for nothing then.
    ['delete', 'nodes', 'succeeded'],
    ['deletecollection', 'nodes', 'succeeded'],
  ])('%s %s with dryRun=All in its address has %s', (verb, target, outcome) => {
    const { record } = audit(verb, target, { objectRef: { namespace: 'a', name: 'b' } });
    const requestURI = `${record.requestURI}?dryRun=All`;
    expect(outcomeOf({ ...record, requestURI })).toBe(outcome);
  });
  test('a deletion is a dry run by its body, and by its address where there was none', () => {
    const uri = '/api/v1/nodes/a?dryRun=All';
    const deleted = (over: Over) => outcomeOf(audit('delete', 'nodes', { objectRef: { name: 'a' }, ...over }).record);
    const options = (dryRun?: readonly string[]) => ({
      kind: 'DeleteOptions',
      apiVersion: 'v1',
      ...(dryRun && { dryRun }),
    });
    expect(deleted({ requestObject: options(['All']) })).toBe('dry-run');
    expect(deleted({ requestObject: options(), requestURI: uri })).toBe('succeeded');
    expect(deleted({ requestObject: options([]), requestURI: uri })).toBe('succeeded');
    expect(deleted({ level: 'RequestResponse', requestURI: uri })).toBe('dry-run');
    expect(deleted({ level: 'Request', requestURI: uri })).toBe('dry-run');
    expect(deleted({ level: 'Metadata', requestURI: uri })).toBe('succeeded');
    const truncated = { annotations: { 'audit.k8s.io/truncated': 'true' } };
    expect(deleted({ level: 'RequestResponse', requestURI: uri, ...truncated })).toBe('succeeded');
  });
  test('what timed out, and a collection half deleted, may have been done', () => {
    const ended = (verb: string, target: string, code: number, over: Over = {}) =>
      outcomeOf(audit(verb, target, { responseStatus: { code }, ...over }).record);
    for (const verb of ['create', 'update', 'patch', 'delete', 'deletecollection'])
      expect([verb, ended(verb, 'nodes', 504)]).toEqual([verb, 'succeeded']);
    expect(ended('create', 'nodes', 504, { requestURI: '/api/v1/nodes?dryRun=All' })).toBe('failed');
    for (const [verb, target] of [
      ['get', 'nodes'],
      ['create', 'pods/exec'],
      ['create', 'serviceaccounts/token'],
    ] as const)
      expect([target, ended(verb, target, 504)]).toEqual([target, 'failed']);
    const allowed = { annotations: { 'authorization.k8s.io/decision': 'allow' } };
    expect(ended('deletecollection', 'nodes', 403, allowed)).toBe('succeeded');
    expect(ended('deletecollection', 'nodes', 500)).toBe('succeeded');
    expect(ended('deletecollection', 'nodes', 403)).toBe('denied');
    expect(ended('deletecollection', 'nodes', 404)).toBe('failed');
    expect(ended('delete', 'nodes', 500)).toBe('failed');
  });
  test('a refusal of admission is a failure, an old record without annotations a denial', () => {
    expect(code(403, { annotations: { 'authorization.k8s.io/decision': 'allow' } })).toBe('failed');
    expect(code(403, { annotations: undefined })).toBe('denied');
    expect(code(201, { annotations: undefined })).toBe('succeeded');
    expect(code(409, { annotations: undefined })).toBe('failed');
  });
});

describe('secrets by name', () => {
  const kind = (namespace: string, name: string, cluster = 'fleet', verb = 'get') =>
    secretKind(
      audit(verb, 'secrets', {
        cluster,
        objectRef: { ...(namespace ? { namespace } : {}), ...(name ? { name } : {}) },
      }),
      exampleSettings,
    );
  test.each([
    ['kube-system', 'bootstrap-token-abc123', 'bootstrap-token'],
    ['kube-system', 'registry', 'other'],
    ['fleet-eu', 'prod-ca', 'cluster-credential'],
    ['fleet-eu', 'prod-proxy', 'cluster-credential'],
    ['fleet-eu', '-ca', 'bootstrap-data'],
    ['fleet-eu', 'workers-x7k2p', 'bootstrap-data'],
    ['capa-system', 'capa-manager-bootstrap-credentials', 'controller'],
    ['team-a', 'prod-ca', 'other'],
  ])('%s/%s is %s', (namespace, name, expected) => expect(kind(namespace, name)).toBe(expected));
  test('a workload cluster has no Clusters: the same name says nothing there', () => {
    expect(kind('fleet-eu', 'prod-ca', 'prod')).toBe('other');
  });
  test('lists name none', () => {
    expect(kind('', '', 'fleet', 'list')).toBe('all-in-cluster');
    expect(kind('fleet-eu', '', 'fleet', 'watch')).toBe('all-in-namespace');
    expect(kind('team-a', '', 'fleet', 'list')).toBe('other');
  });
});

describe('aws-auth', () => {
  const maps = (mapRoles: string) =>
    awsAuthMaps(
      audit('update', 'configmaps', {
        objectRef: { namespace: 'kube-system', name: 'aws-auth' },
        requestObject: { data: { mapRoles } },
      }),
      exampleSettings,
    );
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  test.each([
    [
      'block style, groups first',
      `- groups:\n  - system:bootstrappers\n  - system:nodes\n  rolearn: ${role('evil')}\n  username: x\n`,
    ],
    ['block style, indented', `  - rolearn: "${role('evil')}"\n    username: x\n    groups:\n      - system:nodes\n`],
    ['flow style', `- {rolearn: ${role('evil')}, username: x, groups: [system:nodes]}\n`],
    ['JSON', JSON.stringify([{ rolearn: role('evil'), username: 'x', groups: ['system:nodes'] }])],
  ])('a foreign node role in %s', (_, yaml) => expect(maps(yaml)).toEqual(['foreign-node']));
  test('a node role is none, and each entry keeps its own groups', () => {
    expect(
      maps(
        `- rolearn: ${role('KarpenterNodeRole-prod')}\n  groups:\n  - system:nodes\n- rolearn: ${role('team')}\n  groups:\n  - viewers\n`,
      ),
    ).toEqual([]);
  });
  const plain = `- rolearn: ${role('KarpenterNodeRole-prod')}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n`;
  test.each([
    ['as EKS writes it', `${plain}  - system:bootstrappers\n  - system:nodes\n`],
    ['with comments, quotes and Windows’ line ends', `# don't edit\r\n${plain}    - "system:nodes" # nodes\r\n`],
    ['with an entry in flow style', `${plain}  - system:nodes\n- {rolearn: ${role('team')}, groups: [viewers]}\n`],
    ['as JSON', JSON.stringify([{ rolearn: role('team'), username: 'team', groups: ['viewers'] }])],
  ])('an ordinary mapping is read, %s', (_, yaml) => expect(maps(yaml)).toEqual([]));
  test.each([
    ['an escape in a group', `${plain}  - "system:\\x6dasters"\n`],
    ['an escape in a key', `- "rol\\u0065arn": ${role('x')}\n  groups: [a]\n`],
    ['an anchor and an alias', `${plain}  - &a system:nodes\n- rolearn: ${role('evil')}\n  groups:\n  - *a\n`],
    ['aliases in flow style', `${plain}  - system:nodes\n- {rolearn: ${role('x')}, groups: [*a]}\n`],
    ['a merged key', `${plain}  - system:nodes\n- <<: *a\n`],
    ['a folded scalar', `- rolearn: >-\n    ${role('x')}\n  groups: [a]\n`],
    ['a literal scalar', `- rolearn: |-\n    ${role('x')}\n`],
    ['a tag', `${plain}  - !!str system:nodes\n`],
    ['a complex key', `- ? rolearn\n  : ${role('x')}\n`],
    ['a tab', `- rolearn:\t${role('x')}\n`],
    ['a line break that only YAML takes for one', `# x\u2028- rolearn: ${role('evil')}\n`],
    ['a next line', `# x\u0085- rolearn: ${role('evil')}\n`],
    ['a carriage return alone', `# x\r- rolearn: ${role('evil')}\n`],
    ['a list over two lines', `- rolearn: ${role('x')}\n  groups: [a,\n    b]\n`],
    ['nonsense', 'yes, please\n'],
  ])('%s is not read, and said so', (_, yaml) => expect(maps(yaml)).toContain('unread'));
  test.each(['', '[]\n', '# none\n', '[7]'])('of %j nobody is left', yaml => expect(maps(yaml)).toEqual(['emptied']));
  const node = role('KarpenterNodeRole-prod');
  test.each([
    ['on lines', `- rolearn: ${role('evil')}\n  userarn: ${node}\n  groups:\n  - system:nodes\n`],
    ['in flow style', `[{userarn: ${node}, rolearn: ${role('evil')}, groups: [system:nodes]}]`],
    ['in JSON', JSON.stringify([{ userarn: node, rolearn: role('evil'), groups: ['system:nodes'] }])],
  ])('of two ARNs of an entry neither hides the other, %s', (_, yaml) => expect(maps(yaml)).toEqual(['foreign-node']));
  test.each([
    ['on lines', `- rolearn: ${node}\n  USERNAME: system:kube-scheduler\n  username: x\n`],
    ['in JSON', JSON.stringify([{ rolearn: node, username: 'x', USERNAME: 'system:kube-scheduler' }])],
  ])('of two names neither hides the other, %s', (_, yaml) => expect(maps(yaml)).toEqual(['system-name']));
  test.each([
    [
      'another account',
      `- rolearn: ${node.replace('111122223333', '444455556666')}\n  groups: [viewers]\n`,
      'stranger',
    ],
    ['a group that the settings exempt', `- rolearn: ${role('x')}\n  groups: [platform-admins]\n`, 'trusted'],
    ['a group of accounts', `- rolearn: ${role('x')}\n  groups: [system:serviceaccounts:kube-system]\n`, 'trusted'],
  ])('%s is told', (_, yaml, map) => expect(maps(yaml)).toEqual([map]));
  test('the platform’s own role is trusted already', () =>
    expect(maps(`- rolearn: ${role('platform-deployer')}\n  groups: [platform-admins]\n`)).toEqual([]));
  test('members of JSON are told without heed to case, as the authenticator does', () =>
    expect(maps(JSON.stringify([{ RoleARN: role('evil'), GROUPS: ['system:nodes'] }]))).toEqual(['foreign-node']));
  test('what stands in JSON escaped is read', () =>
    expect(maps(`[{"rolearn": "${role('x')}", "groups": ["system:\\u006dasters"]}]`)).toEqual(['masters']));
  test.each([
    'system:kube-controller-manager',
    'system:serviceaccount:kube-system:karpenter',
    'system:node:x',
    'eks:a',
  ])('the name %s is the system’s', username =>
    expect(maps(`- rolearn: ${role('x')}\n  username: ${username}\n`)).toEqual(['system-name']));
  test('a name of a person, or of a node by its session, is none of the system’s', () => {
    for (const username of ['alice', 'arn:aws:iam::111122223333:role/x', 'system:node:{{SessionName}}'])
      expect(maps(`- rolearn: ${role('x')}\n  username: ${username}\n`)).toEqual([]);
  });
  test('what is not read is looked through all the same', () => {
    expect(maps(`${plain}- <<: *x\n  groups:\n  - system:masters\n`)).toEqual(['masters', 'unread']);
    expect(maps(`# x\u0085- rolearn: ${role('evil')}\n  groups: [system:nodes]\n`)).toEqual(['foreign-node', 'unread']);
  });
  test('a document may be marked as one, and flow style may have lines and room', () => {
    expect(maps(`---\n- rolearn: ${role('evil')}\n  groups: [system:nodes]\n`)).toEqual(['foreign-node']);
    expect(maps(`\n [\n   {rolearn: ${role('evil')},\n    groups: [system:nodes]}\n ]\n`)).toEqual(['foreign-node']);
  });
  test('of JSON each member is what it is, wherever it stands', () => {
    const user = { userarn: 'arn:aws:iam::111122223333:user/x' };
    expect(maps(JSON.stringify([{ ...user, username: 'system:kube-scheduler' }]))).toEqual(['system-name']);
    expect(maps(JSON.stringify([{ ...user, groups: ['kube-scheduler', 7, 'system:masters'] }]))).toEqual(['masters']);
    const node = { username: 'x', groups: ['system:nodes'], rolearn: role('KarpenterNodeRole-prod') };
    expect(maps(JSON.stringify([node]))).toEqual([]);
  });
  test('kubeadm’s administrators are masters too', () =>
    expect(maps(`- rolearn: ${role('x')}\n  groups:\n  - kubeadm:cluster-admins\n`)).toEqual(['masters']));
  test('system:masters in whatever form', () =>
    expect(maps(`- {"rolearn": "x", "groups": ["system:masters"]}`)).toEqual(['masters']));
});

test('host paths are judged after dots and slashes, above and below what matters', () => {
  const paths = (path: string) => hostAccess({ spec: { volumes: [{ hostPath: { path } }] } }, 'pods').length;
  for (const path of [
    '/',
    '/var',
    '/var/lib/kubelet/',
    '//var//lib/./kubelet/pki',
    '/run/containerd/containerd.sock',
    '/tmp/../var/lib/kubelet',
  ])
    expect([path, paths(path)]).toEqual([path, 1]);
  for (const path of ['/var/lib/etcd', '/home/ec2-user/.ssh', '/usr', '/etc/cron.hourly', '/lib'])
    expect([path, paths(path)]).toEqual([path, 1]);
  for (const path of ['/var/log', '/var/lib/kubelets', '/dev/null', '/sys/fs/cgroup', '/proc', '/lib/modules'])
    expect([path, paths(path)]).toEqual([path, 0]);
});

test('a path of /proc or /sys is the node where some container may write to it', () => {
  const mounted = (path: string, mount: object) =>
    hostAccess(
      {
        spec: {
          volumes: [{ name: 'v', hostPath: { path } }],
          containers: [{ name: 'a', volumeMounts: [{ mountPath: '/host', ...mount }] }],
        },
      } as never, // JSON
      'pods',
    );
  expect(mounted('/proc', { name: 'v' })).toEqual(['hostPath /proc']);
  expect(mounted('//proc/./sys', { name: 'v', readOnly: false })).toEqual(['hostPath //proc/./sys']);
  expect(mounted('/./sys/kernel', { name: 'v' })).toEqual(['hostPath /./sys/kernel']);
  for (const path of ['/processes', '/system', '/data/proc', '/var/log'])
    expect(mounted(path, { name: 'v' })).toEqual([]);
  expect(mounted('/proc', { name: 'v', readOnly: true })).toEqual([]);
  expect(mounted('/proc', { name: 'other' })).toEqual([]);
});

test('capabilities that are as good as privileged, as a runtime reads their names', () => {
  const added = (...add: readonly string[]) =>
    hostAccess({ spec: { containers: [{ securityContext: { capabilities: { add } } }] } }, 'pods');
  expect(added('SYS_ADMIN')).toEqual(['capability SYS_ADMIN']);
  expect(added('all', 'cap_sys_module')).toEqual(['capability ALL', 'capability SYS_MODULE']);
  expect(added('NET_BIND_SERVICE', 'NET_ADMIN', 'CHOWN')).toEqual([]);
});

test('a pod specification is looked for where its kind has one, and nowhere else', () => {
  const spec = { hostPID: true };
  const decoy = { spec: { jobTemplate: { spec: { template: { spec: {} } } }, template: { spec } } };
  expect(hostAccess({ spec: { jobTemplate: { spec: { template: { spec } } } } }, 'cronjobs')).toEqual(['hostPID']);
  expect(hostAccess(decoy, 'deployments')).toEqual(['hostPID']);
  expect(hostAccess({ spec: { ...spec, template: { spec: {} } } }, 'pods')).toEqual(['hostPID']);
  expect(hostAccess({ spec: { template: { spec } } }, 'pods')).toEqual([]);
});

test('secrets that a pod gets by its kubelet', () => {
  const spec = {
    volumes: [
      { name: 'a', secret: { secretName: 'volume' } },
      { name: 'b', projected: { sources: [{ secret: { name: 'projected' } }, { serviceAccountToken: {} }] } },
      { name: 'c', configMap: { name: 'none' } },
    ],
    initContainers: [{ envFrom: [{ secretRef: { name: 'all' } }, { configMapRef: { name: 'none' } }] }],
    containers: [
      {
        env: [
          { name: 'X', valueFrom: { secretKeyRef: { name: 'one', key: 'x' } } },
          { name: 'Y', value: 'y' },
        ],
      },
    ],
  };
  expect(mountedSecrets({ spec }, 'pods')).toEqual(['volume', 'projected', 'one', 'all']);
  expect(mountedSecrets({ spec: { template: { spec } } }, 'deployments')).toHaveLength(4);
  expect(mountedSecrets({ spec: {} }, 'pods')).toEqual([]);
});

test('a role’s rules grant what their groups, resources and verbs cover together', () => {
  const grants = (rule: Json) =>
    grantsOf(
      audit('create', 'clusterroles.rbac.authorization.k8s.io', {
        objectRef: { name: 'x' },
        requestObject: { rules: [rule] },
      }),
      exampleSettings,
    );
  expect(grants({ apiGroups: ['*'], resources: ['*'], verbs: ['*'] })).toEqual(['everything']);
  expect(grants({ apiGroups: ['*'], resources: ['*'], verbs: ['get'] })).toEqual(['read-secrets']);
  expect(grants({ apiGroups: ['karpenter.sh'], resources: ['nodepools'], verbs: ['get'] })).toEqual([]);
  expect(grants({ apiGroups: [''], resources: ['secrets'], verbs: ['get'], resourceNames: ['registry'] })).toEqual([]);
  expect(grants({ apiGroups: ['rbac.authorization.k8s.io'], resources: ['*'], verbs: ['bind', 'escalate'] })).toEqual([
    'escalate',
    'bind',
  ]);
  expect(grants({ nonResourceURLs: ['*'], verbs: ['*'] })).toEqual([]);
});

test('a call is placed by its last address', () => {
  const place = (...sourceIPs: readonly string[]) => placeOf(audit('get', 'pods', { sourceIPs }), exampleSettings);
  expect(place('192.0.2.1', '10.0.3.4')).toBe('inside');
  expect(place('10.0.3.4', '192.0.2.1')).toBe('outside');
  expect(place('::1')).toBe('inside');
  expect(place('203.0.113.10')).toBe('inside');
  expect(place('10.1.0.1')).toBe('outside'); // the other cluster's
  expect(place('::203.0.113.10')).toBe('outside'); // the same number, of the other family
  expect(placeOf(audit('get', 'pods', { cluster: 'x', sourceIPs: ['10.1.0.1'] }), exampleSettings)).toBe('inside');
  expect(place()).toBe('unknown');
});

test('business hours are those of the time zone, summer and winter', () => {
  const at = (time: string) => hoursAt(Date.parse(time), exampleSettings);
  expect(at('2026-07-01T06:00:00Z')).toBe('inside'); // 08:00 in summer
  expect(at('2026-12-01T06:59:00Z')).toBe('outside'); // 07:59 in winter
  expect(at('2026-09-01T15:59:00Z')).toBe('inside');
  expect(at('2026-09-01T16:00:00Z')).toBe('outside');
  expect(at('2026-09-05T10:00:00Z')).toBe('outside'); // Saturday
  const { businessHours, ...without } = exampleSettings;
  expect(hoursAt(0, without)).toBe('unknown');
  if (businessHours === undefined) throw new Error('the example settings have business hours');
  const holidays = { ...exampleSettings, businessHours: { ...businessHours, holidays: ['2026-09-01'] } };
  expect(hoursAt(Date.parse('2026-09-01T10:00:00Z'), holidays)).toBe('outside');
  const night = { ...exampleSettings, businessHours: { ...businessHours, from: '22:00', to: '06:00' } };
  expect(hoursAt(Date.parse('2026-09-01T21:00:00Z'), night)).toBe('inside');
});

test('the life of a bootstrap token is read from data and stringData, and nothing else of it', () => {
  const life = (requestObject: Json | undefined) =>
    expiryOf(
      audit('create', 'secrets', {
        objectRef: { namespace: 'kube-system', name: 'bootstrap-token-abc123' },
        requestObject,
      }),
    );
  expect(life(undefined)).toBe('unknown');
  expect(life({ data: {} })).toBe('none');
  expect(life({ stringData: { expiration: '2026-09-01T10:14:00Z' } })).toBe('short');
  expect(life({ stringData: { expiration: 'never' } })).toBe('long');
});
