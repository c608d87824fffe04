import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type TransitionKind, transitionKinds } from '../../core/announce/transitions.ts';
import { bundleKey } from '../../core/evidence/bundle.ts';
import { awsShape, nodeClaimShape, nodeShape, podShape, podsShape } from '../../core/evidence/shape.ts';
import { subjectsOf } from '../../core/evidence/subject.ts';
import type { Json } from '../../core/json.ts';
import { message } from '../announce/message.ts';

const sha256 = (value: Json) => ({ sha256: createHash('sha256').update(JSON.stringify(value)).digest('hex') });
const own = {
  ...{ name: 'n', namespace: 's', uid: 'u', generation: 2, creationTimestamp: 't', deletionTimestamp: 'd' },
  ...{ labels: { a: 'b' }, ownerReferences: [{ name: 'o' }], finalizers: ['f'] },
};
const metadata = { ...own, managedFields: [{}], resourceVersion: '7' };
const annotations = { note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}' };

describe('what is kept of an object', () => {
  test('is of a node all but its images, of metadata all but copies of the whole', () => {
    const spec = { providerID: 'aws:///a/i-1' };
    const status = {
      ...{ addresses: [1], capacity: { cpu: '1' }, conditions: [2], nodeInfo: { kernelVersion: 'k' } },
      volumesAttached: [3],
    };
    const node = {
      apiVersion: 'v1',
      kind: 'Node',
      spec,
      metadata: { ...metadata, annotations },
      status: { ...status, images: [4] },
    };
    const shown = { ...own, annotations: { note: 'x' } };
    expect(nodeShape(node)).toEqual({ apiVersion: 'v1', kind: 'Node', spec, metadata: shown, status });
    expect(nodeShape({ metadata: {} })).toEqual({ metadata: {}, status: {} });
    expect(nodeClaimShape({ ...node, status: { nodeName: 'n' } })).toEqual({
      ...{ apiVersion: 'v1', kind: 'Node', spec, metadata: shown, status: { nodeName: 'n' } },
    });
  });

  test('is of a pod what ran, as whom and with what access; what may hold a secret as a hash or a name', () => {
    const shared = { name: 'c', image: 'i', ports: [1], securityContext: { privileged: true }, volumeMounts: [2] };
    const container = {
      ...{ ...shared, volumeDevices: [3], resources: { limits: {} } },
      ...{
        command: ['sh'],
        args: ['-c', 'x'],
        env: [{ name: 'A', value: 'hunter2' }, {}],
        envFrom: [{ secretRef: { name: 's' } }],
      },
      lifecycle: { postStart: {} },
    };
    const kept = {
      ...{ ...shared, volumeDevices: [3], resources: { limits: {} } },
      ...{
        command: sha256(['sh']),
        args: sha256(['-c', 'x']),
        env: ['A', ''],
        envFrom: [{ secretRef: { name: 's' } }],
      },
    };
    const spec = {
      ...{
        nodeName: 'n',
        serviceAccountName: 'a',
        hostNetwork: true,
        hostPID: true,
        hostIPC: true,
        securityContext: {},
      },
      ...{ runtimeClassName: 'r', tolerations: [], automountServiceAccountToken: false, priorityClassName: 'p' },
    };
    const status = { phase: 'Running', podIP: '10.0.0.1', hostIP: '10.0.0.2', startTime: 't', qosClass: 'q' };
    const named = { name: 'c', containerID: 'x', imageID: 'y', restartCount: 1, started: true };
    const ended = { reason: 'Error', exitCode: 1, signal: 9, startedAt: 's', finishedAt: 'f' };
    const volumes = [
      { name: 'a', hostPath: { path: '/' }, emptyDir: {} },
      { name: 'b', persistentVolumeClaim: {}, projected: {} },
      { name: 'c', secret: { secretName: 's', items: [] } },
      { name: 'd', configMap: { name: 'm', items: [] } },
      {
        name: 'e',
        csi: { driver: 'd', readOnly: true, nodePublishSecretRef: { name: 's' }, volumeAttributes: { a: 'b' } },
      },
    ];
    const pod = {
      metadata: { ...metadata, annotations },
      spec: {
        ...spec,
        initContainers: [container],
        containers: [container, {}],
        ephemeralContainers: [{ name: 'e' }],
        volumes,
        schedulerName: 'x',
      },
      status: {
        ...status,
        conditions: [],
        containerStatuses: [
          { ...named, state: { terminated: { ...ended, message: 'hunter2' } }, ready: true },
          { ...named, state: { waiting: { reason: 'w', message: 'm' }, running: { startedAt: 's' } } },
          {},
        ],
      },
    };
    expect(podShape(pod)).toEqual({
      metadata: own,
      spec: {
        ...spec,
        ...{
          initContainers: [kept],
          containers: [kept, { env: [], envFrom: [] }],
          ephemeralContainers: [{ name: 'e', env: [], envFrom: [] }],
        },
        volumes: [
          { name: 'a', hostPath: { path: '/' } },
          { name: 'b', persistentVolumeClaim: {}, projected: {} },
          { name: 'c', secretName: 's' },
          { name: 'd', configMap: 'm' },
          { name: 'e', csi: { driver: 'd', readOnly: true, nodePublishSecretRef: { name: 's' } } },
        ],
      },
      status: {
        ...status,
        containerStatuses: [
          { ...named, state: { terminated: ended } },
          { ...named, state: { waiting: { reason: 'w' }, running: { startedAt: 's' } } },
          { state: {} },
        ],
      },
    });
  });

  test('is of a list of pods each, and whether it went on', () => {
    const more = (next?: string) =>
      (podsShape({ items: [{}], metadata: next === undefined ? {} : { continue: next } }) as { readonly more: boolean })
        .more; // as it is made
    expect([more('x'), more(''), more()]).toEqual([true, false, false]);
    expect(awsShape({ at: new Date(0), gone: undefined })).toEqual({ at: '1970-01-01T00:00:00.000Z' });
  });
});

test('a machine is told by an id or a name that stands alone', () => {
  const of = (...names: readonly string[]) =>
    subjectsOf(message({ severity: 'critical', resources: names, principals: [], key: {} }));
  expect(
    of('system:node:a.b', 'nodes c', 'x nodes d', 'xsystem:node:e', 'nodes -f', `nodes ${'g'.repeat(254)}`),
  ).toEqual([{ node: 'a.b' }, { node: 'c' }]);
  expect(
    of('arn:aws:ec2:eu-west-1:1:instance/i-0aaaabbb', 'xi-0aaaabbbb', 'i-0aaaabbbb', 'i-0aaaabbbbccccdddd'),
  ).toEqual([{ instance: 'i-0aaaabbb' }, { instance: 'i-0aaaabbbbccccdddd' }]);
});

test('a machine is kept of after news of it, not of what people did', () => {
  const said = message({ severity: 'critical' });
  const kept = (kind: TransitionKind) => subjectsOf({ ...said, transition: { ...said.transition, kind } }).length > 0;
  expect(transitionKinds.filter(kept)).toEqual([
    'first',
    'reopened',
    'severity',
    'principal',
    'resource',
    'continuation',
  ]);
});

test('a bundle lies where no transition’s name leads elsewhere', () => {
  expect(bundleKey('0123456789abcdef', '../window#2026-09-01T10:00:00.000Z')).toBe(
    'findings/0123456789abcdef/.._window_2026-09-01T10_00_00.000Z.json',
  );
});
