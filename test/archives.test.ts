import { expect, test } from 'vitest';
import { archiveArns, archivesOf } from '../core/archives.ts';
import { defineConfig } from '../core/config.ts';

const key = 'arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/mrk-0a';
const settings = defineConfig({
  home: 'us-gov-west-1',
  deployment: { archives: [{ bucket: 'trail' }, { bucket: 'old', prefix: 'x/', key }, { bucket: 'older', key }] },
  clusters: [
    { name: 'stored', kind: 'kubeadm', audit: { bucket: 'audit', prefix: 'a/' } },
    { name: 'sent', kind: 'kubeadm', audit: { logGroup: '/kube/sent' } },
    { name: 'eks' },
    { name: 'beside', kind: 'kubeadm', audit: { bucket: 'trail', prefix: 'AWSLogs/' } },
  ],
});

test('the buckets that are read are those of trails, of which the log files, and of audit logs', () => {
  expect(archivesOf(settings)).toEqual([
    { bucket: 'trail', prefix: 'AWSLogs/', rest: '*/CloudTrail/*.json.gz' },
    { bucket: 'old', prefix: 'x/', rest: '*/CloudTrail/*.json.gz' },
    { bucket: 'older', prefix: 'AWSLogs/', rest: '*/CloudTrail/*.json.gz' },
    { bucket: 'audit', prefix: 'a/' },
    { bucket: 'trail', prefix: 'AWSLogs/' },
  ]);
});

test('of them the objects under their prefixes may be read, with their keys, in the partition of the stage', () => {
  expect(archiveArns(settings)).toEqual({
    objects: [
      'arn:aws-us-gov:s3:::trail/AWSLogs/*',
      'arn:aws-us-gov:s3:::old/x/*',
      'arn:aws-us-gov:s3:::older/AWSLogs/*',
      'arn:aws-us-gov:s3:::audit/a/*',
    ],
    keys: [key],
  });
  expect(archiveArns(defineConfig({}))).toEqual({ objects: [], keys: [] });
});
