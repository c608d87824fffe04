import { describe, expect, test } from 'vitest';
import { chainOf, chainText } from '../../core/announce/chain.ts';
import { announcementJson, readAnnouncement } from '../../core/announce/json.ts';
import { ownersOf } from '../../core/announce/owner.ts';
import { seenOf, seenText } from '../../core/announce/seen.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { mailText, terminal } from '../../core/announce/text.ts';
import type { Source } from '../../core/event.ts';
import type { Json } from '../../core/json.ts';
import { finding, hour, at as start, window } from './case.ts';
import { hostile } from './hostile.ts';
import { message } from './message.ts';

const arn = 'arn:aws:sts::111122223333:assumed-role/developer/mallory';
const role = 'arn:aws:iam::111122223333:role/teams/developer';
const session = { type: 'AssumedRole', arn, sessionContext: { sessionIssuer: { type: 'Role', arn: role } } };
const day = 24 * hour;

describe('the role-assumption chain', () => {
  const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.example.com';
  const sessionContext = session.sessionContext;
  const cases: readonly (readonly [string, Source, Json, string])[] = [
    ['is a session', 'cloudtrail', { userIdentity: session }, 'role session developer/mallory'],
    [
      'tells a session whose ARN is missing by its issuer',
      'cloudtrail',
      { userIdentity: { type: 'AssumedRole', principalId: 'AROAEXAMPLE:mallory', sessionContext } },
      'role session developer/mallory',
    ],
    [
      'names the source identity and on whose behalf',
      'cloudtrail',
      {
        userIdentity: {
          ...session,
          sessionContext: { ...sessionContext, sourceIdentity: 'alice' },
          onBehalfOf: { userId: 'u-1' },
        },
      },
      'role session developer/mallory ← assumed by source identity alice ← on behalf of u-1',
    ],
    [
      'names the web identity provider',
      'cloudtrail',
      {
        userIdentity: {
          ...session,
          sessionContext: { ...sessionContext, webIdFederationData: { federatedProvider: provider } },
        },
      },
      `role session developer/mallory ← assumed by web identity of ${provider}`,
    ],
    [
      'names the service that called for somebody',
      'cloudtrail',
      { userIdentity: { ...session, invokedBy: 'eks.amazonaws.com' } },
      'role session developer/mallory ← invoked by eks.amazonaws.com',
    ],
    [
      'names to what the credentials were issued',
      'cloudtrail',
      { userIdentity: { ...session, inScopeOf: { credentialsIssuedTo: 'i-0aaaabbbbccccdddd' } } },
      'role session developer/mallory ← issued to i-0aaaabbbbccccdddd',
    ],
    [
      'begins with the role that the call takes on',
      'cloudtrail',
      {
        eventName: 'AssumeRole',
        userIdentity: session,
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/admin', roleSessionName: 'x' },
      },
      'role session admin/x ← role session developer/mallory',
    ],
    [
      'says that a role was only asked for',
      'cloudtrail',
      {
        eventName: 'AssumeRole',
        errorCode: 'AccessDenied',
        userIdentity: { type: 'IAMUser', userName: 'alice' },
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/admin', roleSessionName: 'x' },
      },
      'role session asked for: admin/x ← user alice',
    ],
    ['is empty for a user alone', 'cloudtrail', { userIdentity: { type: 'IAMUser', userName: 'alice' } }, ''],
    ['is empty for a type of another object', 'cloudtrail', { userIdentity: { type: 'constructor' } }, ''],
    ['is empty where members are of other types', 'cloudtrail', { userIdentity: { type: 7, invokedBy: [] } }, ''],
    ['is empty without a record', 'cloudtrail', null, ''],
    [
      'shows who impersonates, and their IAM identity',
      'kubernetes',
      { impersonatedUser: { username: 'system:admin' }, user: { username: 'mallory', extra: { arn: [arn] } } },
      `acting as system:admin ← user mallory ← in IAM ${arn}`,
    ],
    [
      'shows the pod and node of a service account',
      'kubernetes',
      {
        user: {
          username: 'system:serviceaccount:web:app',
          extra: {
            'authentication.kubernetes.io/pod-name': ['app-1'],
            'authentication.kubernetes.io/node-name': ['node-1'],
          },
        },
      },
      'user system:serviceaccount:web:app ← from pod app-1 ← on node node-1',
    ],
    ['is empty for a Kubernetes user alone', 'kubernetes', { user: { username: 'alice', extra: { arn: [7] } } }, ''],
  ];
  test.each(cases)('%s (%s)', (_, source, record, shown) => {
    expect(chainText(chainOf(source, record), value => value)).toBe(shown);
  });
});

describe('the owner tag', () => {
  const cases: readonly (readonly [string, Source, Json, readonly string[]])[] = [
    [
      'of an EC2 launch',
      'cloudtrail',
      {
        requestParameters: {
          tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'team', value: 'payments' }] }] },
        },
        responseElements: {
          instancesSet: {
            items: [
              {
                tagSet: {
                  items: [
                    { key: 'Owner', value: 'alice' },
                    { key: 'Name', value: 'x' },
                  ],
                },
              },
            ],
          },
        },
      },
      ['Owner: alice', 'team: payments'],
    ],
    [
      'of an EKS cluster',
      'cloudtrail',
      { requestParameters: { tags: { CostCentre: '4711', env: 'x' } } },
      ['CostCentre: 4711'],
    ],
    [
      'with a prefix, in IAM’s capitals, once',
      'cloudtrail',
      {
        requestParameters: { tags: [{ Key: 'example:cost-center', Value: '7' }] },
        responseElements: { role: { tags: [{ key: 'example:cost-center', value: '7' }] } },
      },
      ['example:cost-center: 7'],
    ],
    [
      'is none that stands elsewhere',
      'cloudtrail',
      { requestParameters: { owner: 'self', filter: { key: 'owner', value: 'x' } } },
      [],
    ],
    ['is none of a like name', 'cloudtrail', { requestParameters: { tags: { ownership: 'x', teams: 'y' } } }, []],
    [
      'is none of a session',
      'cloudtrail',
      { eventSource: 'sts.amazonaws.com', requestParameters: { tags: [{ key: 'team', value: 'x' }] } },
      [],
    ],
    ['is none without a value', 'cloudtrail', { requestParameters: { tags: { owner: ' ', team: 7 } } }, []],
    [
      'of a Kubernetes label',
      'kubernetes',
      { requestObject: { metadata: { labels: { 'example.com/team': 'web', app: 'x' } } } },
      ['example.com/team: web'],
    ],
    ['is none of an annotation', 'kubernetes', { requestObject: { metadata: { annotations: { team: 'x' } } } }, []],
    ['is none without a record', 'kubernetes', null, []],
  ];
  test.each(cases)('%s (%s)', (_, source, record, shown) => {
    expect(
      ownersOf(source, record)
        .map(({ tag, value }) => `${tag}: ${value}`)
        .sort(),
    ).toEqual(shown);
  });

  test('is looked for in a bounded part of a record', () => {
    let deep: Json = { tags: { owner: 'x' } };
    for (let n = 0; n < 5_000; n++) deep = [deep];
    expect(ownersOf('cloudtrail', { requestParameters: { deep } })).toEqual([]);
    const tags = Array.from({ length: 50_000 }, (_, n) => ({ key: 'owner', value: `${n}` }));
    expect(ownersOf('cloudtrail', { requestParameters: { tags } })).toHaveLength(5);
  });
});

describe('how common it is here', () => {
  /** Windows of one hour that began so many days before the newest event. */
  const ago = (...days: readonly number[]) =>
    days.map(each => window({ bucket: start - each * day, first: start - each * day, last: start - each * day }));
  test.each([
    ['nothing earlier is known', 0, [0], 'first time here'],
    ['the third', 10, [0, 3, 10], '3rd window in 30 days'],
    ['the eleventh', 10, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], '11th window in 30 days'],
    ['older than 30 days do not count', 90, [0, 29, 31], '2nd window in 30 days'],
    ['a second after long is not the first time', 90, [0, 90], '1st window in 30 days'],
    ['older ones were not read', 29, [0, 1], 'at least the 2nd window in 30 days'],
    ['only one was read, but there are more', 29, [0], ''],
    ['none was read', 0, [], ''],
  ] as const)('%s', (_, first, windows, shown) => {
    expect(seenText(seenOf(finding({ first: start - first * day }), ago(...windows)))).toBe(shown);
  });
});

test.each([
  [1, '1st'],
  [2, '2nd'],
  [3, '3rd'],
  [4, '4th'],
  [10, '10th'],
  [11, '11th'],
  [13, '13th'],
  [14, '14th'],
  [20, '20th'],
  [21, '21st'],
  [110, '110th'],
  [111, '111th'],
  [113, '113th'],
  [122, '122nd'],
])('%i windows: the %s', (windows, shown) => {
  expect(seenText({ windows, days: 30, exact: true, first: false })).toBe(`${shown} window in 30 days`);
});

test('how common it is here is counted to the day, and is nothing where no window is young enough', () => {
  const of = (windows: number, exact: boolean) => seenText({ windows, days: 30, exact, first: false });
  expect([of(0, true), of(0, false), of(1, false), of(1, true)]).toEqual(['', '', '', '1st window in 30 days']);
  const at = (days: number) =>
    window({ bucket: start - days * day, first: start - days * day, last: start - days * day });
  const seen = (oldest: number) => seenOf(finding({ first: start - 90 * day }), [at(0), at(oldest)]);
  expect(seen(30)).toEqual({ windows: 2, days: 30, exact: false, first: false });
  expect(seen(31)).toEqual({ windows: 1, days: 30, exact: true, first: false });
});

describe('announcements', () => {
  const record = (text: string, tag: string) => ({
    userIdentity: { ...session, sessionContext: { ...session.sessionContext, sourceIdentity: text } },
    requestParameters: { tags: [{ key: tag, value: text }] },
  });
  const said = (text: string, tag = 'team') => message({}, [window({ evidence: record(text, tag) })]);

  test('say the three in mail, Slack, a terminal and JSON', () => {
    const shown = said('alice');
    const mail = mailText(shown).split('\n');
    expect(mail).toContain('Chain:   role session developer/mallory ← assumed by source identity alice');
    expect(mail).toContain('Owner:   team: alice');
    expect(mail).toContain('Seen:    first time here');
    const slack = JSON.stringify(slackMessage(shown));
    expect(slack).toContain('*Chain*\\nrole session `developer/mallory` ← assumed by source identity `alice`');
    expect(slack).toContain('*Owner*\\n`team: alice`');
    expect(slack).toContain('*Seen*\\nfirst time here');
    expect(terminal(shown, false)).toContain('  chain    role session developer/mallory ← ');
    expect(terminal(said('a'.repeat(200)), false)).not.toContain('  chain ');
    expect(readAnnouncement(announcementJson(shown))).toMatchObject({
      finding: { seen: { windows: 1, days: 30, exact: true, first: true } },
      evidence: {
        chain: [
          { label: 'role session', value: 'developer/mallory' },
          { label: 'assumed by source identity', value: 'alice' },
        ],
        owners: [{ tag: 'team', value: 'alice' }],
      },
    });
  });

  test('of before these were said are still read', () => {
    const { chain, owners, ...evidence } = said('alice').evidence;
    const { seen, ...old } = said('alice').finding;
    expect([chain, owners, seen]).not.toContain(undefined);
    const read = readAnnouncement(JSON.stringify({ ...said('alice'), finding: old, evidence }));
    expect(mailText(read)).not.toMatch(/^(Chain|Owner|Seen):/m);
    expect(JSON.stringify(slackMessage(read))).not.toMatch(/\*(Chain|Owner|Seen)\*/);
  });

  test.each(hostile.map(text => [JSON.stringify(text).slice(0, 60), text]))('escape them: %s', (_, text) => {
    const shown = said(text, `${text.slice(0, 200)}/owner`);
    for (const lines of [mailText(shown), terminal(shown, false)]) {
      expect(lines.replaceAll('\n', '')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      expect(lines.replace(/^Event in CloudTrail: .*$/m, '')).not.toMatch(/:\/\/|www\.|mailto:/i);
    }
    expect(mailText(shown).match(/^Chain: /gm)).toHaveLength(1);
    const [{ blocks }] = slackMessage(shown).attachments;
    for (const block of blocks) {
      if (!('text' in block)) continue;
      expect(block.text.text.length).toBeLessThanOrEqual(3_000);
      if (block.text.text.startsWith('*Chain*')) expect(block.text.text).not.toMatch(/<|\n.*\n/);
    }
    const fields = blocks.flatMap(block => ('fields' in block ? block.fields : []));
    expect(fields.length).toBeLessThanOrEqual(10);
    for (const field of fields) expect(field.text).not.toMatch(/[<>]/);
  });
});
