import { defineConfig } from '../../../core/config.ts';

/** As many archives as the settings let pass, with the longest names: each in a way of its own where that is what there are few of. */
export default defineConfig({
  accounts: ['111122223333'],
  home: 'eu-west-1',
  clusters: [
    { name: 'prod', region: 'eu-west-1', reader: true },
    { name: 'edge', kind: 'kubeadm', audit: { bucket: 'edge-audit', prefix: 'edge/' } },
  ],
  deployment: {
    archives: Array.from({ length: 40 }, (_, at) => ({
      bucket: `trail-${at}`.padEnd(63, 'x'),
      prefix: `AWSLogs/o-example${String(at % 20).padStart(4, '0')}/`,
      ...(at < 25
        ? { key: `arn:aws:kms:eu-west-1:444455556666:key/00000000-0000-4000-8000-${String(at).padStart(12, '0')}` }
        : {}),
    })),
    canary: { clusters: ['prod'] },
    tracing: true,
    evidence: {},
  },
});
