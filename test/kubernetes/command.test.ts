import { describe, expect, test } from 'vitest';
import { soughtBy } from '../../core/kubernetes/command.ts';
import { audit } from '../../core/kubernetes/example.ts';

const sought = (command: string) =>
  soughtBy(
    audit('create', 'pods/exec', {
      objectRef: { namespace: 'shop', name: 'web' },
      requestURI: `/api/v1/namespaces/shop/pods/web/exec?command=${encodeURIComponent(command)}`,
    }).record,
  );

describe('a command in a pod', () => {
  test.each([
    '169.254.169.254',
    '169.254.43518',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '[fd00:ec2::254]',
    '[FD00:0EC2:0:0:0:0:0:254]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
  ])('that asks %s reaches for instance metadata', address => {
    expect(sought(`curl http://${address}/latest/`)).toEqual(['instance-metadata']);
  });

  test.each([
    '169.254.169.25',
    '2852039167',
    '[fd00:ec2::253]',
    '[::ffff:a9fe:a9ff]',
  ])('that asks %s does not', address => {
    expect(sought(`curl http://${address}/latest/`)).toEqual([]);
  });

  test.each([
    'a',
    '1a',
    ':a',
    '1.',
    'a:',
    '0x',
    ' -',
  ])('that is a hundred thousand letters of %j is read in time', part => {
    const began = performance.now();
    expect(sought(`nsenter${part.repeat(100_000 / part.length)}`)).toEqual([]);
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});
