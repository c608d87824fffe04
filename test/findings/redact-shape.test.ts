import { describe, expect, it, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { redact, redactLine } from '../../core/redact.ts';

/** What is secret by where it stands in a record: member for member. */

const value = 'hunter2hunter2';
const sealed = '[redacted: secret data]';

describe('the body of a call on a Secret or a ConfigMap', () => {
  it.each(['secrets', 'configmaps', 'Secrets', 'ConfigMaps'])('%s', resource => {
    const body = { data: { user: value }, plain: [value, 1, true, null, ''], kind: 'X' };
    const clean = { data: { user: sealed }, plain: [sealed, sealed, true, null, ''], kind: 'X' };
    const record = {
      objectRef: { resource, name: 'db' },
      requestObject: body,
      responseObject: body,
      other: { a: value },
    };
    expect(redact(record)).toEqual({ ...record, requestObject: clean, responseObject: clean });
  });
  it('of any other resource is kept', () => {
    for (const objectRef of [{ resource: 'pods' }, {}, null]) {
      const record = { objectRef, requestObject: { plain: value }, annotations: { 'patch.webhook.x': value } };
      expect(redact(record)).toEqual(record);
    }
  });
  it('keeps what is no secret by itself, walked for others', () => {
    const open = {
      apiVersion: 'v1',
      kind: 'Status',
      type: 'Opaque',
      immutable: true,
      status: 'Failure',
      reason: 'Forbidden',
      code: 403,
      op: 'add',
      path: '/data/x',
      from: '/data/y',
      message: 'secrets "db" is forbidden',
      details: { name: 'db', kind: 'secrets' },
    };
    expect(redact({ objectRef: { resource: 'secrets' }, responseObject: open })).toEqual({
      objectRef: { resource: 'secrets' },
      responseObject: open,
    });
    expect(
      redact({
        objectRef: { resource: 'secrets' },
        responseObject: { message: `password=${value}`, details: { password: value }, status: { token: value } },
      }),
    ).toMatchObject({
      responseObject: {
        message: 'password=[redacted: password]',
        details: { password: '[redacted: password]' },
        status: { token: '[redacted: token]' },
      },
    });
  });
  it('is followed through lists, patches and watch events', () => {
    const inner = {
      kind: 'x',
      data: { k: value },
      metadata: { name: 'db', annotations: { a: value }, labels: { l: 'x' } },
    };
    const clean = {
      kind: 'x',
      data: { k: sealed },
      metadata: { name: 'db', annotations: { a: '[redacted: annotation of a secret]' }, labels: { l: 'x' } },
    };
    const body = (responseObject: Json) => {
      const { responseObject: shown } = redact({ objectRef: { resource: 'secrets' }, responseObject }) as {
        readonly responseObject: Json;
      }; // as it was given
      return shown;
    };
    expect(body({ items: [inner] })).toEqual({ items: [clean] });
    expect(body({ object: inner })).toEqual({ object: clean });
    expect(body([inner, [inner]])).toEqual([clean, [clean]]);
    expect(body({ value: inner })).toEqual({
      value: {
        kind: sealed,
        data: { k: sealed },
        metadata: { name: sealed, annotations: { a: sealed }, labels: { l: sealed } },
      },
    });
    expect(body({ metadata: 'password=hunter2hunter2' })).toEqual({ metadata: 'password=[redacted: password]' });
    expect(body({ metadata: { password: value, other: 'x' } })).toEqual({
      metadata: { password: '[redacted: password]', other: 'x' },
    });
    expect(body('a: b')).toBe(sealed);
    expect(body(5)).toBe(sealed);
    expect(body(null)).toBeNull();
  });
  it('is known by its kind, wherever it stands', () => {
    for (const kind of ['Secret', 'SecretList', 'ConfigMap', 'ConfigMapList'])
      expect(redact({ a: [{ kind, data: { k: value } }] })).toEqual({ a: [{ kind, data: { k: sealed } }] });
    for (const kind of ['SecretProviderClass', 'Pod', ['Secret'], null])
      expect(redact({ a: [{ kind, data: { k: value } }] })).toEqual({ a: [{ kind, data: { k: value } }] });
  });
  it('is kept out of the audit annotations that repeat it', () => {
    const record = (annotations: Json) => redact({ objectRef: { resource: 'secrets' }, annotations });
    expect(record({ 'patch.webhook.x/y': value, 'authorization.k8s.io/decision': 'allow' })).toMatchObject({
      annotations: { 'patch.webhook.x/y': '[redacted: patch of a secret]', 'authorization.k8s.io/decision': 'allow' },
    });
    expect(record({ note: `password=${value}`, 'a.patch.webhook.': value })).toMatchObject({
      annotations: { note: 'password=[redacted: password]', 'a.patch.webhook.': value },
    });
    expect(record({ 'x/token': value })).toMatchObject({ annotations: { 'x/token': '[redacted: x/token]' } });
    expect(record(`password=${value}`)).toMatchObject({ annotations: 'password=[redacted: password]' });
  });
});

describe('what is written into files of a machine', () => {
  it('is bootstrap data, whatever its encoding', () => {
    expect(
      redact({
        files: [{ path: '/etc/k', owner: 'root', content: value, password: value }, 'password=hunter2hunter2', 5],
      }),
    ).toEqual({
      files: [
        { path: '/etc/k', owner: 'root', content: '[redacted: file content]', password: '[redacted: password]' },
        'password=[redacted: password]',
        5,
      ],
    });
    expect(redact({ files: { content: value } })).toEqual({ files: { content: value } });
    expect(redact({ other: [{ content: value }] })).toEqual({ other: [{ content: value }] });
  });
});

test('the last applied configuration of anything is sealed', () => {
  expect(redact({ annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{}', other: '{}' } })).toEqual({
    annotations: {
      'kubectl.kubernetes.io/last-applied-configuration': '[redacted: last-applied-configuration]',
      other: '{}',
    },
  });
});

describe('what is sealed', () => {
  it('keeps its members, what is empty, true, false and null, and what is sealed already', () => {
    expect(
      redact({ userData: { a: '', b: '[redacted: x]', c: [false, null, 0], d: '<sensitiveDataRemoved>' } }),
    ).toEqual({
      userData: { a: '', b: '[redacted: x]', c: [false, null, '[redacted: userdata]'], d: '<sensitiveDataRemoved>' },
    });
  });
  it('is named by at most 64 characters', () => {
    const name = `${'x'.repeat(100)}Password`;
    expect(redact({ [name]: value })).toEqual({ [name]: `[redacted: ${'x'.repeat(64)}]` });
    expect(redact({ [name]: 5 })).toEqual({ [name]: `[redacted: ${'x'.repeat(64)}]` });
  });
  it('hides what lies deeper than 32 levels', () => {
    let deep: Json = value;
    for (let level = 0; level < 31; level++) deep = [deep];
    expect(JSON.stringify(redact({ userData: deep }))).not.toContain(value);
    expect(
      JSON.stringify(redact({ objectRef: { resource: 'secrets' }, requestObject: { items: deep } })),
    ).not.toContain(value);
    expect(JSON.stringify(redact({ a: [deep] }))).toContain('[cut: nested too deeply]');
  });
});

describe('a document in a string', () => {
  const secret = { Statement: [{ password: value }] };
  const clean = { Statement: [{ password: '[redacted: password]' }] };
  it.each<[string, string, string]>([
    ['JSON', JSON.stringify(secret), JSON.stringify(clean)],
    ['a list in JSON', JSON.stringify([secret]), JSON.stringify([clean])],
    ['JSON after spaces', ` \n\t     ${JSON.stringify(secret)}`, JSON.stringify(clean)],
    ['percent-encoded JSON', encodeURIComponent(JSON.stringify(secret)), encodeURIComponent(JSON.stringify(clean))],
    [
      'a percent-encoded list',
      encodeURIComponent(JSON.stringify([secret])),
      encodeURIComponent(JSON.stringify([clean])),
    ],
    [
      'percent-encoding in lower case',
      encodeURIComponent(JSON.stringify(secret)).replaceAll('%7B', '%7b'),
      encodeURIComponent(JSON.stringify(clean)),
    ],
    ['JSON that was cut', '{"password":"hunter2hunter2","b":', '{"password":"[redacted: password]","b":'],
    ['JSON without a secret, byte for byte', '{ "a" : [1,  2] }', '{ "a" : [1,  2] }'],
    ['percent-encoded JSON without a secret', '%7B%22a%22%3A%20%22bcd%22%7D', '%7B%22a%22%3A%20%22bcd%22%7D'],
    ['the same in lower case', '%7b%22a%22%3a%20%22bcd%22%7d', '%7b%22a%22%3a%20%22bcd%22%7d'],
    ['broken percent-encoding', '%7B%22a%22%zz token=hunter2', '%7B%22a%22%zz token=[redacted: token]'],
    ['a kubeconfig', 'clusters: []\nusers: []\ncontexts: []', '[redacted: kubeconfig]'],
    ['a key of a kubeconfig', 'x client-key-data y', '[redacted: kubeconfig]'],
    ['no kubeconfig without contexts', 'clusters: []\nusers: []', 'clusters: []\nusers: []'],
    ['no kubeconfig without users', 'clusters: []\ncontexts: []', 'clusters: []\ncontexts: []'],
    ['no kubeconfig without clusters', 'users: []\ncontexts: []', 'users: []\ncontexts: []'],
    ['a short text', '{"a":1}', '{"a":1}'],
  ])('%s', (_, document, shown) => {
    expect(redact({ document })).toEqual({ document: shown });
    expect(redact({ document: shown })).toEqual({ document: shown });
  });

  it('is followed through documents in documents', () => {
    const wrap = (times: number, inner: Json): string =>
      times === 0 ? JSON.stringify(inner) : JSON.stringify({ a: wrap(times - 1, inner) });
    for (const times of [1, 2, 3]) {
      expect(redact({ a: wrap(times, secret) })).toEqual({ a: wrap(times, clean) });
      expect(redact({ a: wrap(times, { b: 'c' }) })).toEqual({ a: wrap(times, { b: 'c' }) });
    }
  });
});

test('a member’s name is scanned where it is long enough to hold a secret', () => {
  expect(redact({ 'Bearer abcdefghi': 1, 'Bearer abcdefgh': 2, b: undefined })).toEqual({
    'Bearer [redacted: bearer]': 1,
    'Bearer abcdefgh': 2,
  });
  expect(redact({ [`a\ud800 Bearer abcdefgh`]: 1 })).toEqual({ 'a\ufffd Bearer [redacted: bearer]': 1 });
});

test('a record without a secret stays as it is', () => {
  const record = { a: [{ b: 'c' }, [null, 1, true]], d: { e: 'f'.repeat(40) } };
  expect(redact(record)).toBe(record);
});

describe('a large record', () => {
  it('is cut by lists, members, texts and depth, and says so', () => {
    const list = Array.from({ length: 1_003 }, (_, at) => at);
    expect(redact({ list })).toEqual({ list: [...list.slice(0, 1_000), '[cut: 3 more]'] });
    expect(redact({ list: list.slice(0, 1_000) })).toEqual({ list: list.slice(0, 1_000) });
    const members = Object.fromEntries(list.map(at => [`m${at}`, at]));
    expect(redact(members)).toEqual({
      ...Object.fromEntries(list.slice(0, 1_000).map(at => [`m${at}`, at])),
      '[cut]': '3 more members',
    });
    expect(redact({ text: 'x '.repeat(8_192) })).toEqual({ text: 'x '.repeat(8_192) });
    const { text } = redact({ text: 'x '.repeat(8_193) }) as { readonly text: string }; // as it was given
    expect(text).toBe(`${'x '.repeat(8_192).slice(0, 16_384 - 32)}[cut: 16386 characters]`);
    const name = 'n '.repeat(200);
    expect(redact({ [name]: 1 })).toEqual({ [`${name.slice(0, 224)}[cut: 400 characters]`]: 1 });
    expect(redact({ [name.slice(0, 256)]: 1 })).toEqual({ [name.slice(0, 256)]: 1 });
  });
  it('says how much is gone of the whole, however often it was cut', () => {
    const items = Array.from({ length: 1_500 }, (_, at) => `item ${at} of the list`);
    const cut = redact(items) as readonly string[]; // a list as it was given
    expect([cut.length, cut.at(-1)]).toEqual([1_001, '[cut: 500 more]']);
    expect((redact(cut, 2_000) as readonly string[]).slice(-2)).toEqual(['item 63 of the list', '[cut: 1436 more]']);
    const members = Object.fromEntries(items.map(name => [name, name]));
    expect(Object.entries(redact(members) as object).slice(-2)).toEqual([
      ['item 199 of the list', 'item 199 of the list'],
      ['[cut]', '1300 more members'],
    ]);
    const text = redact({ text: 'x '.repeat(40_000) }) as { readonly text: string }; // as it was given
    expect(text.text).toBe(`${'x '.repeat(8_176)}[cut: 80000 characters]`);
    expect(redact(cut)).toEqual(cut);
    expect(redact(redact(members))).toEqual(redact(members));
  });
  it('takes nothing that only reads like a cut for more than its own', () => {
    const list = ['a', '[cut: 0 more]', '[cut: 7 more] b', 'b [cut: 7 more]', '[cut: 7 more]'];
    expect(redact({ list, '[cut]': '7 more members', text: '[cut: 7 characters]' })).toEqual({
      list,
      '[cut]': '7 more members',
      text: '[cut: 7 characters]',
    });
    const lie = `${'x '.repeat(9_000)}[cut: 5 characters]`;
    expect(redact([lie])).toEqual([expect.stringMatching(/ \[cut: 18019 characters\]$/)]);
    const others: readonly Json[] = Array.from({ length: 1_001 }, (_, at) => (at === 500 ? '[cut: 7 more]' : at));
    expect((redact(others) as Json[]).at(-1)).toBe('[cut: 1 more]');
    for (const last of ['[cut: 7 more] b', 'b [cut: 7 more]'])
      expect((redact(others.with(-1, last)) as Json[]).at(-1), last).toBe('[cut: 1 more]');
    for (const text of ['7 more members b', 'b 7 more members']) {
      const members = { '[cut]': text, ...Object.fromEntries(others.slice(1).map((_, at) => [`m${at}`, at])) };
      expect(redact(members), text).toMatchObject({ '[cut]': '1 more members' });
    }
    expect(redact([`[cut: 90000 characters]${'x '.repeat(9_000)}`])).toEqual([
      expect.stringMatching(/x\[cut: 18023 characters\]$/),
    ]);
  });
  it('keeps what is just small enough beside what is not', () => {
    const list = Array.from({ length: 1_000 }, (_, at) => at);
    const members = Object.fromEntries(list.map(at => [`m${at}`, at]));
    const record = { list, members, text: 'x '.repeat(8_192), [`n ${'n'.repeat(254)}`]: ['a', null, 'b'] };
    expect(redact({ ...record, big: ['c', 'x '.repeat(9_000)] }, 100_000)).toEqual({
      ...record,
      big: ['c', `${'x '.repeat(8_176)}[cut: 18000 characters]`],
    });
  });
  it('is cut more the larger it is, until it fits', () => {
    const of = (items: number, text: number): Json => Array.from({ length: items }, () => 'y '.repeat(text / 2));
    const shape = (value: Json): readonly [number, number] => {
      const kept = redact(value) as readonly string[]; // a list as it was given
      return [kept.length, kept[0]?.length ?? 0];
    };
    expect(shape(of(2, 16_000))).toEqual([2, 16_000]);
    expect(shape(of(3, 16_000))).toEqual([3, 4_096 - 32 + '[cut: 16000 characters]'.length]);
    expect(shape(of(20, 16_000))).toEqual([20, 1_024 - 32 + '[cut: 16000 characters]'.length]);
    expect(shape(of(64, 16_000))).toEqual([33, 256 - 32 + '[cut: 16000 characters]'.length]);
    expect(shape(of(300, 400))).toEqual([65, 400]);
    const square = (side: number): Json => Array.from({ length: side }, () => of(side, 300));
    const inner = (value: Json): string => (redact(value) as readonly (readonly string[])[])[0]?.[0] ?? ''; // lists of lists
    expect(inner(square(15))).toBe(`${'y '.repeat(48)}[cut: 300 characters]`);
    expect(inner(square(20))).toBe(`${'y '.repeat(16)}[cut: 300 characters]`);
    expect((redact(of(300, 400)) as readonly string[]).at(-1)).toBe('[cut: 236 more]');
    expect(
      redact(Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`m${at}`, 'y '.repeat(200)]))),
    ).toMatchObject({
      '[cut]': '236 more members',
    });
    const size = Buffer.byteLength(JSON.stringify(of(2, 16_000)));
    expect(redact(of(2, 16_000), size)).toEqual(of(2, 16_000));
    expect(redact(of(2, 16_000), size - 1)).not.toEqual(of(2, 16_000));
    expect(redact(of(2, 16_000), 40_000)).toEqual(of(2, 16_000));
    expect(redact({ a: 'x y' }, 5)).toEqual({
      cut: 'the record is too large to keep as evidence: look it up by its event id',
    });
  });
});

describe('a document is judged as one, though nothing was found in it as a line of text before', () => {
  it.each([
    ['JSON', '[{"name":"DB_PASSWORD","value":"correct horse"}]', 'correct horse'],
    ['JSON behind white space', '  \n[{"name":"DB_PASSWORD","value":"correct horse"}]', 'correct horse'],
    ['percent-encoded JSON', '%5B%7B%22name%22%3A%22DB_PASSWORD%22%2C%22value%22%3A%22horse%22%7D%5D', 'horse'],
    ['a kubeconfig', 'clusters: [] users: [] contexts: [] horse', 'horse'],
    ['a part of a kubeconfig', 'client-key-data horse', 'horse'],
  ])('%s', (_, document, secret) => {
    expect(redactLine(document)).toContain(secret);
    expect(JSON.stringify(redact({ body: document }))).not.toContain(secret);
  });
});

it('a text that markers make too long is cut, as one that came too long is', () => {
  const text = 'password=hunter22 '.repeat(900);
  const { script } = redact({ script: text }) as { readonly script: string }; // an object of the same members
  expect(text.length).toBeLessThan(16_384);
  expect(script.length).toBeLessThan(16_400);
  expect(script).toMatch(/^password=\[redacted: password\] .*\[cut: \d+ characters\]$/);
});

describe('an operation of a JSON Patch', () => {
  const patched = (path: string, written: Json): Json => {
    const [clean] = [redact([{ op: 'add', path, value: written }])].flat();
    return typeof clean === 'object' && clean !== null && 'value' in clean ? (clean.value ?? null) : null;
  };
  test.each([
    ['/spec/userData', value, '[redacted: userdata]'],
    ['/spec/kubeadmConfigSpec/files/0/content', value, '[redacted: file content]'],
    [
      '/spec/kubeadmConfigSpec/files/-',
      { path: '/x', content: value },
      { path: '/x', content: '[redacted: file content]' },
    ],
    ['/spec/template/spec/credentials/secretKey', value, '[redacted: secretkey]'],
    [
      '/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration',
      value,
      '[redacted: last-applied-configuration]',
    ],
    ['/spec/volumes/0/secret', { secretName: 'db' }, { secretName: 'db' }],
    ['/spec/replicas', 3, 3],
    ['/spec/amiFamily', 'AL2023', 'AL2023'],
    ['/spec/taints/-', { key: 'a', effect: 'NoSchedule' }, { key: 'a', effect: 'NoSchedule' }],
    ['', { password: value, a: 'b' }, { password: '[redacted: password]', a: 'b' }],
    [`/a${'/b'.repeat(5_000)}/password`, value, '[redacted: password]'],
  ] as const)('at %.60s is judged by where it writes', (path, written, clean) => {
    expect(patched(path, written)).toEqual(clean);
  });
  test('is one only where it says which', () => {
    expect(redact({ path: '/spec/userData', value })).toEqual({ path: '/spec/userData', value });
  });
});

describe('a pair of name and value', () => {
  test.each([
    { name: 'x', key: 'DB_PASSWORD', value },
    { name: 'DB_PASSWORD', key: 'x', value },
  ])('is secret by either of two names: %j', pair => {
    expect(redact(pair)).toEqual({ ...pair, value: '[redacted: value]' });
  });
});

describe('the name of a key of KMS opens nothing', () => {
  test.each([
    'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab',
    'arn:aws-cn:kms:cn-north-1:111122223333:alias/builds',
    'alias/aws/s3',
  ])('and stays: %s', encryptionKey => {
    expect(redact({ encryptionKey })).toEqual({ encryptionKey });
  });
  test.each([
    'hunter2',
    'alias/x hunter2',
    'hunter2 alias/x',
    'arn:aws:kms:eu-west-1:111122223333:key/x;hunter2',
  ])('and what only begins or ends so goes: %s', encryptionKey => {
    expect(redact({ encryptionKey })).toEqual({ encryptionKey: '[redacted: encryptionkey]' });
  });
});
