import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { day } from './day.ts';

/** Folder of the written day, laid out as AWS lays logs out. */
export const folder = join(dirname(import.meta.dirname), 'logs');

const put = (path: string, text: string): void => {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, gzipSync(text, { level: 9 }));
};

/** S3's name for an hour of CloudTrail (CloudTrail User Guide, "CloudTrail log file examples"). */
const trailFile = (region: string, hour: string): string =>
  `AWSLogs/111122223333/CloudTrail/${region}/2026/09/01/111122223333_CloudTrail_${region}_20260901T${hour}00Z_EXAMPLEEXAMPLE01.json.gz`;

/** The files of the day: path under {@link folder} → text before gzip. */
export const files = (): ReadonlyMap<string, string> => {
  const { cloudtrail, eks, fleet } = day();
  const hours = new Map<string, CloudTrailRecord[]>();
  for (const record of cloudtrail) {
    const path = trailFile(record.awsRegion ?? 'us-east-1', record.eventTime.slice(11, 13));
    const inHour = hours.get(path) ?? [];
    inHour.push(record);
    hours.set(path, inHour);
  }
  const lines = (records: readonly unknown[]): string => `${records.map(one => JSON.stringify(one)).join('\n')}\n`;
  return new Map([
    ...[...hours].map(([path, records]) => [path, JSON.stringify({ Records: records })] as const),
    ['aws/eks/prod/cluster/kube-apiserver-audit-0123456789abcdef0123456789abcdef.jsonl.gz', lines(eks)],
    ['fleet/audit/kube-apiserver-audit-fleet.jsonl.gz', lines(fleet)],
  ]);
};

if (import.meta.main) {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, text] of files()) put(path, text);
}
