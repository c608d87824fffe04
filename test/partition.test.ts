import { describe, expect, test } from 'vitest';
import { cloudtrailEvent } from '../core/announce/links.ts';
import { defineConfig } from '../core/config.ts';
import { partitionOf, regionsOfStage, witnessOf } from '../core/partition.ts';

describe('a partition', () => {
  test.each([
    ['eu-west-1', 'aws', 'us-east-1'],
    ['us-gov-east-1', 'aws-us-gov', 'us-gov-west-1'],
    ['cn-northwest-1', 'aws-cn', 'cn-north-1'],
    ['eusc-de-east-1', 'aws-eusc', 'eusc-de-east-1'],
  ])('of %s is %s, with global services in %s', (region, id, global) => {
    expect([partitionOf(region).id, partitionOf(region).global]).toEqual([id, global]);
    expect(defineConfig({ home: region }).home).toBe(region);
  });

  test('has a console of its own', () => {
    const id = '11111111-2222-4333-8444-555555555555';
    const hosts = ['eu-west-1', 'us-gov-west-1', 'cn-north-1', 'eusc-de-east-1'].map(
      region => new URL(cloudtrailEvent(region, id).links[0]?.url ?? '').hostname,
    );
    expect(hosts).toEqual([
      'eu-west-1.console.aws.amazon.com',
      'us-gov-west-1.console.amazonaws-us-gov.com',
      'cn-north-1.console.amazonaws.cn',
      'eusc-de-east-1.console.amazonaws-eusc.eu',
    ]);
  });
});

describe('the regions of a stage', () => {
  test.each([
    [
      'with the one of IAM though the account did not list it',
      'eu-west-1',
      ['eu-west-1', 'us-west-2'],
      ['us-east-1', 'us-west-2'],
    ],
    // us-east-1 is in another partition: a provider for it would be refused with the account's credentials.
    ['of GovCloud', 'us-gov-west-1', ['us-gov-east-1', 'us-gov-west-1'], ['us-gov-east-1']],
    ['of China', 'cn-northwest-1', ['cn-northwest-1'], ['cn-north-1']],
    ['of the European Sovereign Cloud', 'eusc-de-east-1', ['eusc-de-east-1'], []],
  ])('%s: home first, then the others', (_, home, enabled, others) => {
    expect(regionsOfStage(home, enabled)).toEqual([home, ...others]);
  });
});

test.each([
  ['eu-west-1', ['us-west-2'], 'us-east-1'],
  // The one of IAM, though another comes before it.
  ['eu-west-1', ['ap-south-1', 'us-east-1'], 'us-east-1'],
  ['us-east-1', ['us-west-2', 'eu-west-1'], 'eu-west-1'],
  ['us-gov-east-1', ['us-gov-west-1'], 'us-gov-west-1'],
  ['eusc-de-east-1', [], undefined],
])('a stage at home in %s is watched from a second region', (home, enabled, witness) => {
  expect(witnessOf(home, enabled)).toBe(witness);
});
