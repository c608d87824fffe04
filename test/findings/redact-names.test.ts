import { describe, expect, it } from 'vitest';
import { redact } from '../../core/redact.ts';

/** Where a member's name tells that its value is secret, and how much of it. */

const value = 'hunter2hunter2';
const shown = (record: object): string => JSON.stringify(redact(record as never)); // plain data

describe('all that lies below is secret, lists and objects too', () => {
  it.each([
    'Authorization',
    'CiphertextBlob',
    'client-key-data',
    'cookie',
    '.dockerconfigjson',
    'kubeconfig',
    'passphrase',
    'Plaintext',
    'privateKey',
    'SAMLAssertion',
    'secretAccessKey',
    'SecretBinary',
    'secretKey',
    'SecretString',
    'sessionToken',
    'Set-Cookie',
    'userData',
    'UserData',
    'webIdentityToken',
  ])('%s', name => {
    const sealed = `[redacted: ${name.toLowerCase()}]`;
    expect(redact({ [name]: { a: [value, 12_345, true, null, ''] } })).toEqual({
      [name]: { a: [sealed, sealed, true, null, ''] },
    });
  });
});

describe('a text or a number is secret; what an object below refers to is not', () => {
  it.each([
    'accessKeySecret',
    'activationCode',
    'apiKey',
    'certificateKey',
    'clientSecret',
    'keyMaterial',
    'passcode',
    'privateKeyData',
    'secret',
    'secretValue',
    'Sig',
    'Signature',
    'signingKey',
    'tokenCode',
    'tokenSecret',
    'X-Amz-Signature',
    // by how they end
    'MasterUserPassword',
    'mysql_passwd',
    'tls-private-key',
    'aws_secret_access_key',
    'oidcClientSecret',
    'datadogApiKey',
    'aliyunAccessKeySecret',
    'stripe_secret_key',
    'Proxy-Authorization',
    'adminKubeconfig',
    'githubToken',
    'X-Amz-Security-Token',
    // whatever number, case or sign it is written with
    'password2',
    '0password9',
    'PASSWORD',
    'pass\u200bword',
    'pass word',
    `${'x'.repeat(200)}Password`,
  ])('%s', name => {
    expect(shown({ [name]: value })).not.toContain(value);
    expect(shown({ [name]: 12_345_678 })).not.toContain('12345678');
    expect(redact({ [name]: { name: 'x', on: true } })).toEqual({ [name]: { name: 'x', on: true } });
    expect(redact({ [name]: [true, null] })).toEqual({ [name]: [true, null] });
    expect(shown({ env: [{ name, value }] })).not.toContain(value);
    expect(shown({ note: `${name.replace(/\W/g, '')}=${value}` })).not.toContain(value);
  });
});

it('a name that is too long to be shown is judged whole', () => {
  for (const length of [300, 20_000]) expect(shown({ [`${'x'.repeat(length)}Password`]: value })).not.toContain(value);
});

describe('a name that opens nothing keeps its value', () => {
  it.each([
    'clientRequestToken',
    'clientToken',
    'continuationToken',
    'continueToken',
    'idempotencyToken',
    'NextToken',
    'pageToken',
    'paginationToken',
    'httpTokens',
    'passwordLastUsed',
    'secretName',
    'secretArn',
    'tokenId',
    'signatureVersion',
    'keyName',
  ])('%s', name => {
    expect(redact({ [name]: value })).toEqual({ [name]: value });
    expect(redact({ env: [{ name, value }] })).toEqual({ env: [{ name, value }] });
    expect(redact({ note: `${name}=${value}` })).toEqual({ note: `${name}=${value}` });
  });
});

describe('a name and a value side by side', () => {
  it.each([
    ['name', 'value'],
    ['key', 'value'],
    ['Name', 'Value'],
    ['Key', 'Value'],
    ['parameterKey', 'parameterValue'],
    ['ParameterKey', 'ParameterValue'],
  ])('%s and %s', (key, member) => {
    expect(redact({ [key]: 'dbPassword', [member]: value, other: value })).toEqual({
      [key]: 'dbPassword',
      [member]: '[redacted: value]',
      other: value,
    });
    expect(redact({ [key]: 'dbName', [member]: value })).toEqual({ [key]: 'dbName', [member]: value });
    expect(redact({ [key]: ['dbPassword'], [member]: value })).toEqual({ [key]: ['dbPassword'], [member]: value });
  });

  it('where the value is an object', () => {
    expect(redact({ name: 'dbPassword', value: { a: [value] } })).toEqual({
      name: 'dbPassword',
      value: { a: ['[redacted: value]'] },
    });
    expect(redact({ name: 'dbPassword', valueFrom: { secretKeyRef: { name: 'db', key: 'x' } } })).toEqual({
      name: 'dbPassword',
      valueFrom: { secretKeyRef: { name: 'db', key: 'x' } },
    });
  });
});

describe('STS credentials', () => {
  it('keep the access key id and the expiry, whatever their case, and nothing else', () => {
    expect(
      redact({
        credentials: {
          accessKeyId: 'ASIAEXAMPLEKEY000001',
          Expiration: 'Sep 1, 2026',
          secretAccessKey: value,
          other: value,
        },
      }),
    ).toEqual({
      credentials: {
        accessKeyId: 'ASIAEXAMPLEKEY000001',
        Expiration: 'Sep 1, 2026',
        secretAccessKey: '[redacted: secretaccesskey]',
        other: '[redacted: other]',
      },
    });
    expect(redact({ credentials: value })).toEqual({ credentials: '[redacted: credentials]' });
    expect(redact({ credentials: [value] })).toEqual({ credentials: ['[redacted: credentials]'] });
    expect(shown({ credentials: { expiration: { password: value } } })).not.toContain(value);
  });
});

describe('what is written in percent-encoding', () => {
  it.each([
    ['a password in an address', `postgres://admin:${value}@db.example.com/x`],
    ['a bearer token', `Bearer ${value}`],
    ['a flag', `login --password ${value} now`],
  ])('%s', (_, text) => {
    expect(shown({ note: `see "${encodeURIComponent(text)}" there` })).not.toContain(value);
    expect(shown({ note: `see '${encodeURIComponent(encodeURIComponent(text))}' there` })).not.toContain(value);
  });

  it('stays as it is where it holds no secret, or is no percent-encoding', () => {
    for (const note of ['see a%20b c%2Fd', '100%25 of 5% and %zz', 'password%20policy%3A%20strong'])
      expect(redact({ note })).toEqual({ note });
  });
});
