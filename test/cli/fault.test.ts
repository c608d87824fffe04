import { afterEach, describe, expect, test, vi } from 'vitest';
import { faultText } from '../../cli/fault.ts';
import { tripline } from '../usage/run.ts';

afterEach(() => vi.unstubAllEnvs());

/** Nobody is logged in: no variable, no file, no metadata service. */
const loggedOut = (): void => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE', 'AWS_REGION'])
    vi.stubEnv(name, undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
};

describe('without AWS credentials a command says once what to do:', () => {
  test.each([
    'findings --stage prod',
    'inventory',
    'doctor --stage prod',
    'redrive https://sqs.eu-west-1.amazonaws.com/1/q --to https://sqs.eu-west-1.amazonaws.com/1/p',
  ])('%s', async line => {
    loggedOut();
    vi.stubEnv('AWS_REGION', 'eu-west-1');
    const { code, stdout, stderr } = await tripline(...line.split(' '));
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^tripline \w+: no AWS credentials were found: log in first .*\n$/);
  });

  test('and without a region', async () => {
    loggedOut();
    const { code, stderr } = await tripline('findings', '--table', 'findings');
    expect([code, stderr]).toEqual([2, expect.stringContaining('set AWS_REGION')]);
    // A stage has a home.
    expect((await tripline('findings', '--stage', 'prod')).stderr).toContain('no AWS credentials were found');
  });
});

test('an error that code makes of itself says how to learn where, and no other does', () => {
  expect(faultText(new TypeError('x is not iterable'))).toMatch(/^x is not iterable \(with NODE_DEBUG=tripline /);
  expect(faultText(new Error('there is no such table'))).toBe('there is no such table');
});
