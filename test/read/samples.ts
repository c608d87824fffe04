import { call } from '../../core/cloudtrail/example.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Place, Read } from '../../core/read/contract.ts';
import type { ReadSettings } from '../../core/read/eventbridge.ts';
import { type ObjectOptions, readObject } from '../../core/read/object.ts';

/** Where nothing is known. */
export const nowhere: Place = { account: '', region: '', cluster: '' };

export const settings: ReadSettings = {
  accounts: ['111122223333'],
  home: 'eu-west-1',
  clusters: [
    { name: 'prod', kind: 'eks', role: 'workload', region: 'eu-central-1' },
    {
      name: 'fleet',
      kind: 'kubeadm',
      role: 'management',
      account: '444455556666',
      audit: { logGroup: '/self-managed/audit', streamPrefix: 'fleet-' },
    },
    { name: 'edge', kind: 'kubeadm', role: 'workload', audit: { bucket: 'audit-logs', prefix: 'edge/' } },
  ],
};

/** An ordinary CloudTrail record with its own id. */
export const trail = (eventID: string, over: JsonObject = {}): JsonObject =>
  call('ec2', 'DescribeInstances', { eventID, ...over }).record as unknown as JsonObject;

/** An ordinary audit event. */
export const audit = (over: JsonObject = {}): JsonObject => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: '0a1b2c3d-0000-4000-8000-000000000001',
  stage: 'ResponseComplete',
  requestURI: '/api/v1/namespaces/kube-system/secrets/a',
  verb: 'get',
  user: { username: 'alice', groups: ['system:authenticated'] },
  sourceIPs: ['198.51.100.23'],
  objectRef: { resource: 'secrets', namespace: 'kube-system', name: 'a', apiVersion: 'v1' },
  responseStatus: { metadata: {}, code: 200 },
  requestReceivedTimestamp: '2026-09-01T10:00:00.123456Z',
  stageTimestamp: '2026-09-01T10:00:00.234567Z',
  ...over,
});

export const bytesOf = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A stream of the bytes in chunks of the given sizes, repeated. */
export async function* streamOf(bytes: Uint8Array, ...sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (let from = 0, turn = 0; from < bytes.length; turn++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(from, from + size);
    from += size;
  }
}

/** All that reading a file gives. */
export const readAll = async (
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  key = 'file.json',
  options: ObjectOptions & { readonly place?: Place } = {},
): Promise<readonly Read[]> => {
  const stream =
    typeof content === 'string'
      ? streamOf(bytesOf(content))
      : content instanceof Uint8Array
        ? streamOf(content)
        : content;
  const reads: Read[] = [];
  for await (const batch of readObject(stream, key, options.place ?? nowhere, options)) reads.push(...batch);
  return reads;
};

/** In short: an event's id, why a record was set aside, what was skipped. */
export const short = (reads: readonly Read[]): readonly string[] =>
  reads.map(read => {
    if (read.kind === 'event') return read.event.source === 'cloudtrail' ? read.event.id : `audit ${read.event.time}`;
    if (read.kind === 'quiet') return `quiet ${read.count}`;
    return read.kind === 'rejected' ? read.rejected.reason : `skipped ${read.count}: ${read.why}`;
  });
