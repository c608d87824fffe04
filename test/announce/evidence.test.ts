import { describe, expect, test } from 'vitest';
import { chainOf } from '../../core/announce/chain.ts';
import { evidenceOf } from '../../core/announce/evidence.ts';
import { auditQuery, cloudtrailEvent, insightsUrl, keptEvidence } from '../../core/announce/links.ts';
import { ownersOf } from '../../core/announce/owner.ts';
import { defineConfig } from '../../core/config.ts';
import type { Source } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';

const lines = (source: Source, record: Json): readonly string[] =>
  evidenceOf(source, record).map(({ label, value }) => `${label}: ${value}`);

describe('evidence', () => {
  test('of a call is what a responder looks at first', () => {
    const record = {
      ...{ eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances', sourceIPAddress: '198.51.100.23' },
      ...{ errorCode: 'Client.Unauthorized', errorMessage: 'no', vpcEndpointId: 'vpce-1', userAgent: 'aws-cli' },
      userIdentity: {
        ...{ type: 'AssumedRole', arn: 'arn:a', invokedBy: 'eks.amazonaws.com', accessKeyId: 'ASIA' },
        sessionContext: { sessionIssuer: { arn: 'arn:b' } },
      },
      requestParameters: { a: 1 },
    };
    expect(lines('cloudtrail', record)).toEqual([
      'call: ec2.amazonaws.com RunInstances',
      'outcome: Client.Unauthorized no',
      'identity: arn:a',
      'issued by: arn:b',
      'invoked by: eks.amazonaws.com',
      'access key: ASIA',
      'from: 198.51.100.23',
      'through endpoint: vpce-1',
      'user agent: aws-cli',
      'request: {"a":1}',
    ]);
    expect(lines('cloudtrail', { userIdentity: { type: 'Root' }, requestParameters: null, userAgent: '' })).toEqual([
      'call: ? ?',
      'outcome: succeeded',
      'identity: Root',
    ]);
  });

  test('of an audit event is who did what to what, from where the API server saw it', () => {
    const record = {
      ...{ verb: 'create', requestURI: '/api/v1/x', userAgent: 'kubectl', sourceIPs: ['192.0.2.1', '198.51.100.23'] },
      objectRef: { resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web-1' },
      responseStatus: { code: 403, reason: 'Forbidden' },
      user: { username: 'alice', groups: ['dev', null, 'system:authenticated'] },
      impersonatedUser: { username: 'system:admin' },
    };
    expect(lines('kubernetes', record)).toEqual([
      'call: create pods/exec shop/web-1',
      'outcome: 403, Forbidden',
      'user: alice',
      'groups: dev, system:authenticated',
      'acting as: system:admin',
      'from: 198.51.100.23',
      'user agent: kubectl',
      'request: /api/v1/x',
    ]);
    expect(lines('kubernetes', { objectRef: { name: 'node-1' } })).toEqual(['call: ? node-1']);
  });

  test('of an object that was read after a write is what changed, eight at most', () => {
    const change = (at: number) => ({ path: `spec.${at}`, before: `b${at}`, after: `a${at}` });
    const said = (count: number, over: object = {}) =>
      lines('kubernetes', {
        verb: 'patch',
        reading: { at: 'noon', changes: Array.from({ length: count }, (_, at) => change(at)), ...over },
      }).slice(1);
    expect(said(1)).toEqual(['read at: noon', 'changed: spec.0: b0 → a0']);
    expect(said(8)).toHaveLength(9);
    expect(said(9).at(-1)).toBe('changed: and 1 more');
    expect(said(8, { more: 3, since: 'nine' })).toEqual(
      expect.arrayContaining(['compared with: the version read at nine', 'changed: and 3 more']),
    );
    expect(
      said(0, { changes: [{}, { path: 'spec.x', before: 'b' }, { path: 'spec.y', after: 'a' }] }).slice(1),
    ).toEqual(['changed: ?: not set → removed', 'changed: spec.x: b → removed', 'changed: spec.y: not set → a']);
  });

  test('is cut at a glance', () => {
    const agent = (length: number) => lines('cloudtrail', { userAgent: 'x'.repeat(length) }).at(-1);
    expect(agent(400)).toBe(`user agent: ${'x'.repeat(400)}`);
    expect(agent(401)).toBe(`user agent: ${'x'.repeat(399)}…`);
  });
});

describe('by whom a call was made', () => {
  const provider = 'arn:aws:iam::111122223333:oidc-provider/x';
  const chain = (userIdentity: Json, over: object = {}) =>
    chainOf('cloudtrail', { userIdentity, ...over }).map(({ label, value }) => `${label} ${value}`);

  test.each<[string, Json, readonly string[]]>([
    ['a federated user', { type: 'FederatedUser', arn: 'arn:aws:sts::1:federated-user/bob' }, ['federated user bob']],
    ['a user without a name', { type: 'IAMUser', arn: 'arn:user/bob' }, ['user arn:user/bob']],
    ['the root', { type: 'Root', accountId: '111122223333' }, ['root of 111122223333']],
    ['an account', { type: 'AWSAccount', accountId: '444455556666' }, ['account 444455556666']],
    ['a pod', { type: 'WebIdentityUser', userName: 'a', principalId: 'b' }, ['web identity a']],
    ['a pod by its id', { type: 'WebIdentityUser', principalId: 'b' }, ['web identity b']],
    ['somebody by SAML', { type: 'SAMLUser', userName: 'a', principalId: 'b' }, ['SAML user a']],
    ['somebody by their id', { type: 'SAMLUser', principalId: 'b' }, ['SAML user b']],
    [
      'somebody of Identity Center',
      { type: 'IdentityCenterUser', onBehalfOf: { userId: 'u' } },
      ['Identity Center user u'],
    ],
  ])('is %s, before what invoked it', (_, identity, said) => {
    expect(chain({ ...(identity as object), invokedBy: 'x' })).toEqual([...said, 'invoked by x']);
    expect(chain(identity)).toEqual([]); // one lasting name, which is said elsewhere
  });

  test('is who issued a session that is no role’s, and which provider', () => {
    const issued = (type: string) => ({
      type: 'FederatedUser',
      arn: 'x/bob',
      sessionContext: { sessionIssuer: { type, arn: 'arn:i' } },
    });
    expect(chain(issued('IAMUser'))).toEqual(['federated user bob', 'issued by arn:i']);
    expect(chain(issued('Role'))).toEqual([]);
    expect(chain({ type: 'WebIdentityUser', userName: 'a', identityProvider: provider })).toEqual([
      'web identity a',
      `of provider ${provider}`,
    ]);
  });

  test('is the role that is asked for, and by whom', () => {
    const by = { type: 'IAMUser', userName: 'bob' };
    const asked = (requestParameters: Json, over: object = {}, eventName = 'AssumeRole') =>
      chain(by, { eventName, requestParameters, ...over });
    const parameters = { roleArn: 'arn:aws:iam::1:role/a/worker', roleSessionName: 'x' };
    expect(asked(parameters)).toEqual(['role session worker/x', 'user bob']);
    expect(asked(parameters, { errorCode: 'AccessDenied' })).toEqual(['role session asked for: worker/x', 'user bob']);
    expect(asked({ roleArn: parameters.roleArn })).toEqual(['role session worker', 'user bob']);
    expect(asked({ roleSessionName: 'x' })).toEqual([]);
    expect(asked(parameters, {}, 'CreateFunction')).toEqual([]);
  });

  test('is a session by its ARN where nothing tells its name, and never longer than a line', () => {
    const arn = `arn:aws:sts::111122223333:assumed-role/developer/${'m'.repeat(300)}`;
    expect(chain({ type: 'AssumedRole', arn })[0]).toHaveLength('role session '.length + 256);
    expect(chain({ type: 'AssumedRole', arn: `x${arn}`, invokedBy: '' })[0]).toMatch(/^role session xarn/);
    const sessionContext = { sessionIssuer: { arn: 'arn:aws:iam::1:role/worker' } };
    expect(chain({ type: 'AssumedRole', arn: 'arn:x', principalId: 'AROAX', sessionContext })).toEqual([
      'role session arn:x',
    ]);
  });
});

test('tags say whose a resource is, in whichever letters a service writes them', () => {
  const tags = [
    { key: 'owner', value: 'a' },
    { Key: 'team', Value: 'b' },
    { tagKey: 'cost-center', tagValue: 'c' },
    { value: 'owner' },
  ];
  const of = (record: Json) => ownersOf('cloudtrail', record).map(({ tag, value }) => `${tag}=${value}`);
  expect(of({ requestParameters: { tags } })).toEqual(['owner=a', 'team=b', 'cost-center=c']);
  expect(of({ responseElements: { tagSet: { items: tags } } })).toEqual(['owner=a', 'team=b', 'cost-center=c']);
  expect(of({ requestParameters: { tags: [{ key: `${'x'.repeat(300)}:owner`, value: 'v'.repeat(300) }] } })).toEqual([
    `${'x'.repeat(256)}=${'v'.repeat(256)}`,
  ]);
});

describe('where to look further', () => {
  const id = '11111111-2222-4333-8444-555555555555';
  const none = { links: [], commands: [] };
  const settings = defineConfig({
    clusters: [
      { name: 'Prod', region: 'eu-north-1' },
      { name: 'edge', kind: 'kubeadm', audit: { logGroup: '/Edge/audit' } },
      { name: 'gone', kind: 'kubeadm', audit: { bucket: 'audit-logs', prefix: 'p/' } },
    ],
  });
  const at = Date.parse('2026-09-01T10:00:00.500Z');
  const query = (cluster: string, region = 'eu-west-1', audit = id) => auditQuery(settings, cluster, region, audit, at);

  test.each([
    'us-gov-west-1',
    'ap-southeast-12',
    'eusc-de-east-1',
    'cn-north-1',
    'us-iso-east-1',
  ])('%s is a region', region => {
    expect(cloudtrailEvent(region, id).commands).toHaveLength(1);
  });

  test.each([
    ['a region with something before it', 'x eu-west-1', id],
    ['or behind it', 'eu-west-1;x', id],
    ['no region', '', id],
    ['an id with something before it', 'eu-west-1', `x${id}`],
    ['or behind it', 'eu-west-1', `${id};x`],
    ['no id', 'eu-west-1', ''],
  ])('is nowhere by %s', (_, region, event) => expect(cloudtrailEvent(region, event)).toEqual(none));

  test('is the audit log of the cluster, in its own region and by its own name', () => {
    expect(query('Prod').commands).toEqual([
      {
        label: 'Query the audit log',
        command: `aws logs start-query --region eu-north-1 --log-group-name '/aws/eks/Prod/cluster' --start-time ${Math.floor(at / 1000) - 900} --end-time ${Math.floor(at / 1000) + 901} --query-string 'fields @timestamp, @message | filter auditID = "${id}" | sort @timestamp'`,
      },
    ]);
    expect(query('Prod').links).toEqual([
      { label: 'Audit events in Logs Insights', url: expect.stringContaining('filter*20auditID*20*3d*20*22') },
    ]);
    expect(query('Prod').links[0]?.url).toContain('*2faws*2feks*2fProd*2fcluster');
    expect(query('edge').commands[0]?.command).toContain("--region eu-west-1 --log-group-name '/Edge/audit'");
    expect(query('unheard').commands[0]?.command).toContain("'/aws/eks/unheard/cluster'");
  });

  test.each<[string, readonly [string, string?, string?]]>([
    ['no cluster', ['']],
    ['a cluster whose audit log is elsewhere', ['gone']],
    ['a name that leaves its quotes', ["x' x"]],
    ['no region', ['edge', 'nowhere']],
    ['an id that a client made up', ['Prod', 'eu-west-1', '" or 1']],
    ['no id', ['Prod', 'eu-west-1', '']],
  ])('is no query of %s', (_, asked) => expect(query(...asked)).toEqual(none));

  test('has a query in the console’s own writing, letters as they are', () => {
    const url = insightsUrl('eu-west-1', '/A', `Q "(~'!*" x`, at, at);
    expect(url).toContain('editorString$257E$2527Q*20*22*28*7e*27*21*2a*22*20x$257E');
    expect(url).toContain('end$257E$25272026-09-01T10*3a00*3a00.500Z$257E');
  });

  test('is what was kept of its machines: the last three, at addresses of ours alone', () => {
    const address = (at: number) => `s3://evidence-1.x/findings/0123456789abcdef/window_${at}.json`;
    expect(keptEvidence([0, 1, 2, 3].map(address))).toEqual(
      [1, 2, 3].map(at => ({
        label: 'Fetch what was kept of its machines',
        command: `aws s3api get-object --bucket evidence-1.x --key findings/0123456789abcdef/window_${at}.json --checksum-mode ENABLED evidence.json`,
      })),
    );
    for (const one of [
      `x${address(1)}`,
      `${address(1)};x`,
      address(1).replace('evidence', 'EVIDENCE'),
      address(1).replace('0123', 'g123'),
      address(1).replace('0123', '123'),
      's3://ab/findings/0123456789abcdef/x.json',
      's3://evidence/findings/0123456789abcdef/.json',
      's3://evidence/findings/0123456789abcdef/a/b.json',
      `s3://evidence/findings/0123456789abcdef/${'x'.repeat(201)}.json`,
    ])
      expect(keptEvidence([one]), one).toEqual([]);
  });
});
