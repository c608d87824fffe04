import { describe, expect, test } from 'vitest';
import { reachAll } from '../core/reach.ts';

const regions = ['us-east-1', 'ap-south-1', 'sa-east-1'];
const denied = 'User: arn:aws:sts::111122223333:assumed-role/ci/x is not authorized … with an explicit deny';

describe('regions of a stage', () => {
  test('are all looked at, at once', async () => {
    const seen: string[] = [];
    await reachAll(regions, async region => void seen.push(region));
    expect(seen).toEqual(regions);
  });

  test('that a policy denies are named together, with why and what to do', async () => {
    const look = async (region: string) => {
      if (region !== 'us-east-1') throw new Error(denied);
    };
    await expect(reachAll(regions, look)).rejects.toThrow(
      `nothing can be made in ap-south-1, sa-east-1 with these credentials (${denied}). A stage stands in every region that the account has enabled: let the service control policy that denies them exempt the role that deploys`,
    );
  });

  test('are told in a few words, however many AWS had', async () => {
    const failed = reachAll(['us-east-1'], () => Promise.reject(new Error('x'.repeat(5_000))));
    await expect(failed).rejects.toThrow(/\(x{300}\)/);
  });
});
