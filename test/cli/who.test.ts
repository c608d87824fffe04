import { describe, expect, test } from 'vitest';
import { whoOf } from '../../cli/findings/who.ts';
import { main } from '../../cli/tripline.ts';
import { inventoryName } from '../../core/inventory/resolve.ts';
import { terminal } from './terminal.ts';

describe('who changes findings', () => {
  test.each([
    'alice',
    'ci/cleanup',
    'Zoë Ångström',
    'arn:aws:iam::111122223333:role/soc',
    'tripline-bot',
    'a'.repeat(200),
  ])('may be %s', name => {
    expect(whoOf({ by: name })).toBe(name);
    expect(whoOf({}, name)).toBe(name);
  });

  test('is named without the space around it', () => {
    expect(whoOf({ by: ' alice ' })).toBe('alice');
  });

  test.each([
    [' ', /is empty/],
    ['tripline', /Tripline itself/],
    ['Tripline Canary', /Tripline itself/],
    ['tripline sweep', /Tripline itself/],
    ['tripline sweep (detection switched off)', /Tripline itself/],
    [inventoryName, /Tripline itself/],
    ['slack:U0123456789', /press a button in Slack/],
    ['SLACK:U0123456789', /press a button in Slack/],
    ['alice\nbob resolved it', /line break/],
    ['alice\u001b[2K', /invisible character/],
    ['alice\u202eecila', /invisible character/],
    ['a'.repeat(201), /longer than 200 bytes/],
    ['é'.repeat(101), /longer than 200 bytes/],
    ['alice password=hunter2hunter2', /looks like a secret/],
  ])('can not be %j', (by, why) => {
    expect(() => whoOf({ by })).toThrow(why);
    expect(() => whoOf({ by })).toThrow(/--by alice/);
    expect(() => whoOf({}, by)).toThrow(/was not said/);
  });

  test('is asked for where the account has no name, as in a container', () => {
    expect(() => whoOf({}, '')).toThrow('your user has no name on this machine: say --by NAME');
    expect(whoOf({ by: 'alice' }, '')).toBe('alice');
  });

  test('is said without the secret that was given as a name', () => {
    expect(() => whoOf({ by: 'alice password=hunter2hunter2' })).not.toThrow(/hunter2/);
  });
});

const folder = '/nowhere/at/all'; // what is wrong is said before a database is looked for

const tripline = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await main([...argv, '--database', folder], io);
  return { code, ...written };
};

describe('a flag that would mean nothing is refused', () => {
  test.each([
    [['--by', 'alice'], '--by belongs to a change of findings: tripline findings ack|resolve|reopen'],
    [['--yes'], '--yes belongs to a change'],
    [['show', '0123456789abcdef', '--note', 'x'], '--note belongs to a change'],
    [['ack', '0123456789abcdef', '--as', 'benign'], '--as belongs to resolve and judge, not to ack'],
    [['resolve', '0123456789abcdef', '--as', 'benign', '--to', 'bob'], '--to belongs to assign, not to resolve'],
    [['ack', '0123456789abcdef', '--for', '2h'], '--for belongs to suppress, not to ack'],
    [['ack', '0123456789abcdef', '--by', 'tripline'], "--by can not be 'tripline'"],
  ])('findings %j', async (argv, says) => {
    const { code, err, out } = await tripline('findings', ...argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(says);
  });

  test('suppress --by', async () => {
    const { code, err } = await tripline('suppress', 'revoke', 'abc', '--by', 'slack:U1');
    expect(code).toBe(2);
    expect(err).toContain("--by can not be 'slack:U1'");
  });
});
