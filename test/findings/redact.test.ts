import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../core/json.ts';
import { evidenceBytes, redact, redactLine } from '../../core/redact.ts';
import { processorTime } from '../processor-time.ts';

/** Every canary contains this word, in the clear or encoded. */
const canary = 'CANARYcanary0CANARYcanary1';
const base64 = (text: string): string => Buffer.from(text).toString('base64');
const secretKey = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYCANARYxKEY';
const jwt = `${base64('{"alg":"RS256","kid":"canary"}').replaceAll('=', '')}.${base64(`{"sub":"${canary}"}`).replaceAll('=', '')}.c2lnbmF0dXJl-_x`;
const pem = `-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA${canary}\nabc\n-----END RSA PRIVATE KEY-----`;
const kubeconfig = `apiVersion: v1\nclusters:\n- name: c\ncontexts: []\nusers:\n- name: admin\n  user:\n    client-key-data: ${base64(canary)}\n    token: ${canary}\n`;

const onSecret = (requestObject: Json, resource = 'secrets'): Json => ({
  kind: 'Event',
  verb: 'patch',
  objectRef: { resource, namespace: 'kube-system', name: 'db' },
  requestObject,
});

/** What may never be seen again, in any encoding that was planted. */
const planted = [
  canary,
  base64(canary),
  base64(canary).slice(0, 28),
  secretKey,
  encodeURIComponent(secretKey),
  jwt.split('.')[1] ?? '',
  'MIIEpAIBAAKCAQEA',
];

const shapes: { readonly [name: string]: Json } = {
  'a Secret with data': onSecret({ kind: 'Secret', data: { password: base64(canary) }, metadata: { name: 'db' } }),
  'a Secret with stringData': onSecret({ stringData: { anything: canary } }),
  'a ConfigMap with binaryData': onSecret({ binaryData: { x: base64(canary) }, data: { plain: canary } }, 'configmaps'),
  'a list of Secrets in a response': {
    objectRef: { resource: 'secrets' },
    responseObject: { kind: 'SecretList', items: [{ data: { k: base64(canary) } }] },
  },
  'a Secret by its kind alone': { body: { kind: 'Secret', data: { k: canary } } },
  'a JSON patch on a Secret': onSecret([{ op: 'replace', path: '/data/k', value: base64(canary) }]),
  'a JSON patch that replaces the whole Secret': onSecret([{ op: 'add', path: '', value: { data: { k: canary } } }]),
  'a patch on a Secret as bytes': onSecret(`data:\n  k: ${canary}`),
  'the last applied configuration of a Secret': onSecret({
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': `{"data":{"k":"${canary}"}}` } },
  }),
  "a webhook's patch of a Secret": {
    objectRef: { resource: 'secrets' },
    annotations: { 'patch.webhook.admission.k8s.io/round_0_index_0': `{"patch":[{"value":"${canary}"}]}` },
  },
  'a token request': { responseObject: { kind: 'TokenRequest', status: { token: jwt } } },
  'a token in a user agent': { userAgent: `curl/8 ${jwt}` },
  'a token in a query': { requestURI: `/api/v1/pods?access_token=${jwt}&watch=1` },
  'STS credentials': {
    responseElements: {
      credentials: { accessKeyId: 'ASIAEXAMPLEKEY000001', secretAccessKey: canary, sessionToken: canary },
    },
  },
  'an access key': {
    responseElements: { accessKey: { accessKeyId: 'AKIAEXAMPLEKEY000001', secretAccessKey: secretKey } },
  },
  'user data': { requestParameters: { userData: base64(`#!/bin/sh\necho ${canary}`) } },
  'user data of a template': {
    requestParameters: { CreateLaunchTemplateRequest: { LaunchTemplateData: { UserData: base64(canary) } } },
  },
  'a policy document with keys': {
    requestParameters: { policyDocument: JSON.stringify({ Statement: [{ Sid: 'x', secret_access_key: canary }] }) },
  },
  'a policy document with a key pair in text': {
    requestParameters: { policyDocument: `{"Sid":"AKIAEXAMPLEKEY000001 ${secretKey}"}` },
  },
  'a policy document in percent-encoding': {
    policyDocument: encodeURIComponent(JSON.stringify({ Condition: { password: canary } })),
  },
  'a presigned address': {
    url: `https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIAEXAMPLEKEY000001%2F20260901&X-Amz-Signature=${canary}&x=1`,
  },
  'a presigned address with a session': {
    url: `https://sts.amazonaws.com/?X-Amz-Security-Token=${encodeURIComponent(canary)}`,
  },
  'a presigned address, encoded again': { url: `https%3A%2F%2Fx%2F%3FX-Amz-Signature%3D${canary}%26x%3D1` },
  'an EKS token': { note: `k8s-aws-v1.${base64(`https://sts.eu-west-1.amazonaws.com/?X-Amz-Signature=${canary}`)}` },
  'an Authorization header': {
    text: `GET / HTTP/1.1\r\nAuthorization: Custom ${canary} x ${canary}\r\nHost: example.com`,
  },
  'a bearer token': { text: `curl -H 'authorization: bearer ${canary}'` },
  'a bare bearer token': { errorMessage: `Bearer ${canary} was refused` },
  'a basic credential': { text: `proxy said Basic ${base64(`user:${canary}`)}` },
  'a private key': { text: `x ${pem} y` },
  'a private key without an end': { text: pem.slice(0, 60 + canary.length) },
  'a private key in base64': { text: base64(pem) },
  'a key pair in one word': { text: `AKIAEXAMPLEKEY000001/${secretKey}` },
  'a secret key alone': { text: `found ${secretKey} in history` },
  'a bootstrap token': { text: `kubeadm join --token abcdef.0123456789abcdef ${canary.slice(0, 3)}` },
  'a kubeconfig': { data: kubeconfig },
  'a kubeconfig in base64': { something: base64(kubeconfig) },
  'a kubeconfig as JSON': { users: [{ user: { 'client-key-data': base64(canary), token: canary } }] },
  'a password in an address': { text: `postgres://admin:${canary}@db.example.com/x` },
  'a password in a flag': { command: ['mysql', `--password=${canary}`] },
  'a password after a flag': { text: `login --password ${canary} now` },
  'an environment variable': { env: [{ name: 'DB_PASSWORD', value: canary }] },
  'a shell export': { text: `export AWS_SECRET_ACCESS_KEY="${canary}"` },
  'a parameter of a stack': { parameters: [{ parameterKey: 'AdminPassword', parameterValue: canary }] },
  'a file of a KubeadmConfig': { spec: { files: [{ path: '/etc/k', content: canary }] } },
  'JSON in JSON in JSON': { a: JSON.stringify({ b: JSON.stringify({ token: canary }) }) },
  'base64 of base64': { a: base64(base64(`password=${canary}`)) },
  'cut JSON': { a: `{"secretAccessKey":"${canary}","b":` },
  'a member name': { [`Bearer ${canary}`]: 1 },
};

describe('redaction removes', () => {
  for (const [name, record] of Object.entries(shapes))
    it(name, () => {
      const shown = JSON.stringify(redact(record));
      for (const secret of planted) expect(shown).not.toContain(secret);
      if (name === 'a bootstrap token') expect(shown).not.toContain('0123456789abcdef');
      expect(shown).toContain('redacted');
    });
});

describe('redaction keeps', () => {
  it.each([
    ['IMDS options', { metadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 } }],
    ['access key ids', { accessKeyId: 'ASIAEXAMPLEKEY000001' }],
    [
      'names of secrets',
      { volumes: [{ name: 'x', secret: { secretName: 'bootstrap-token-abcdef' } }], secretId: 'prod/db' },
    ],
    ['role sessions', { arn: 'arn:aws:sts::111122223333:assumed-role/KarpenterNodeRole-prod/i-0aaaabbbbccccdddd' }],
    ['service accounts', { user: 'system:serviceaccount:kube-system:karpenter' }],
    ['images', { image: `registry.example.com/team/app@sha256:${'0123456789abcdef'.repeat(4)}` }],
    ['idempotency tokens', { clientToken: 'fleet-6f1d2c3b-0000-1111-2222-333344445555' }],
    ['policy documents', { policyDocument: '{"Statement": [{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}' }],
    [
      'certificates',
      { request: base64('-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----') },
    ],
    ['commit hashes', { ref: '0123456789abcdef0123456789abcdef01234567' }],
    ['numbers and booleans', { automountServiceAccountToken: false, n: 1.5, none: null }],
    ['what the platform removed', { secretString: 'HIDDEN_DUE_TO_SECURITY_REASONS' }],
  ])('%s', (_, record) => expect(redact(record)).toEqual(record));

  it('the names of a Secret and of its members', () => {
    expect(
      redact(onSecret({ kind: 'Secret', metadata: { name: 'db', labels: { app: 'x' } }, data: { user: 'eA==' } })),
    ).toMatchObject({
      requestObject: {
        kind: 'Secret',
        metadata: { name: 'db', labels: { app: 'x' } },
        data: { user: '[redacted: secret data]' },
      },
    });
  });
  it('the paths of a JSON patch on a Secret', () => {
    expect(redact(onSecret([{ op: 'add', path: '/data/k', value: 'x' }]))).toMatchObject({
      requestObject: [{ op: 'add', path: '/data/k', value: '[redacted: secret data]' }],
    });
  });
  it('the id of a bootstrap token', () =>
    expect(redactLine('abcdef.0123456789abcdef')).toBe('abcdef.[redacted: bootstrap token]'));
  it('the key id beside its secret', () =>
    expect(redactLine(`AKIAEXAMPLEKEY000001:${secretKey}`)).toBe('AKIAEXAMPLEKEY000001:[redacted: secret key]'));
});

const size = (value: Json): number => Buffer.byteLength(JSON.stringify(value));
const nested = (levels: number): Json => {
  let value: Json = 'deep';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

describe('evidence is bounded', () => {
  it.each<[string, Json]>([
    ['one long string', { a: 'x'.repeat(3_000_000) }],
    ['many items', Array.from({ length: 100_000 }, (_, i) => ({ i, text: 'y'.repeat(20) }))],
    ['many members', Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`member-${i}`, 'é'.repeat(50)]))],
    ['deep nesting', nested(5_000)],
    ['long member names', { ['k'.repeat(100_000)]: 1 }],
    ['half of a surrogate pair', { a: `${'z'.repeat(16_351)}😀${'z'.repeat(90_000)}`, b: '\ud800' }],
  ])('%s', (_, record) => {
    const kept = redact(record);
    expect(size(kept)).toBeLessThanOrEqual(evidenceBytes);
    expect(JSON.stringify(kept).isWellFormed()).toBe(true);
  });

  it('in time: shapes that invite quadratic scanning take less than a second each', () => {
    const hostile = [
      '-----BEGIN ',
      '://a:',
      'eyJ',
      '--token ',
      'a=',
      'Bearer ',
      'password="',
      '%3D',
      '{"a":',
      'QUFB'.repeat(5),
    ];
    for (const part of hostile) {
      const took = processorTime(time =>
        redact(Array.from({ length: 15 }, () => part.repeat(Math.ceil(65_536 / part.length) + time))),
      );
      expect(took, part).toBeLessThan(1_000);
    }
  });

  it('takes any JSON: a text, nothing', () => {
    expect([redact('password=hunter2'), redact(null), redact(3)]).toEqual(['password=[redacted: password]', null, 3]);
  });

  it('once for all that keep a record, each as much as there is room for', () => {
    const record = { password: 'hunter2', long: Array.from({ length: 64 }, (_, at) => `${at} `.repeat(120)) };
    const whole = redact(record);
    expect(redact(record)).toBe(whole);
    expect(redact({ ...record })).not.toBe(whole);
    const smaller = redact(record, 10_000);
    expect(size(smaller)).toBeLessThanOrEqual(10_000);
    expect(redact(record, size(smaller))).toEqual(smaller);
    expect(redact(record)).toBe(whole);
    expect(size(redact(record, size(whole)))).toBe(size(whole));
    expect(size(redact(record, size(whole) - 1))).toBeLessThan(size(whole));
  });

  it('keeps `__proto__` a name', () => {
    const record = JSON.parse('{"__proto__":{"polluted":true},"a":{"constructor":1}}') as Json;
    expect(JSON.stringify(redact(record))).toBe(JSON.stringify(record));
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('any JSON', () => {
  /** Of one letter each: of one to four bytes, what JSON escapes as two and as six, halves of surrogate pairs. */
  const letters = fc
    .constantFrom('a', 'é', '中', '😀', '"', '\\', '\u0001', '\ud800', '\udc00')
    .chain(letter => fc.string({ unit: fc.constant(letter), maxLength: 60 }));
  it('is within a bound wherever that lies, and whole where it is', () => {
    fc.assert(
      fc.property(
        fc.dictionary(letters, fc.oneof(letters, fc.double(), fc.array(letters, { maxLength: 5 }), fc.boolean())),
        fc.nat({ max: 600 }),
        (value, most) => {
          const record = value as Json;
          const whole = redact(structuredClone(record), 1_000_000);
          const kept = redact(record, most);
          if (size(whole) <= most) expect(kept).toEqual(whole);
          else expect(size(kept)).toBeLessThanOrEqual(Math.max(most, 100)); // 100: what says that nothing is kept
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is redacted without throwing, within bounds, and the same again when redacted again', () => {
    const grain = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...Object.values(shapes).map(shape => JSON.stringify(shape))),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.jsonValue(), fc.array(grain), (value, strings) => {
        const once = redact([value as Json, strings]);
        expect(size(once)).toBeLessThanOrEqual(evidenceBytes);
        expect(redact(once)).toEqual(once);
      }),
      { numRuns: 300 },
    );
  });
});
