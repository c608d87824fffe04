import { createHash } from 'node:crypto';
import { at, isObject, type Json, type JsonObject, list, member, text } from '../json.ts';
import { redact } from '../redact.ts';

/** The most bytes of one part, as JSON in UTF-8. */
const partBytes = 262_144;

const redacted = (value: Json): Json => redact(value, partBytes);

/** Members of an object that say something by themselves; what is absent stays so. */
const pick = (value: Json | undefined, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(
    names.flatMap((name): [string, Json][] => {
      const one = member(value, name);
      return one === undefined ? [] : [[name, one]];
    }),
  );

/** `metadata` without managed fields and without copies of the whole object in annotations. */
const metadata = (object: Json): JsonObject => {
  const own = at(object, 'metadata');
  const annotations = at(own, 'annotations');
  return {
    ...pick(own, 'name', 'namespace', 'uid', 'generation', 'creationTimestamp', 'deletionTimestamp', 'labels'),
    ...pick(own, 'ownerReferences', 'finalizers'),
    ...(isObject(annotations)
      ? {
          annotations: Object.fromEntries(
            Object.entries(annotations).filter(([name]) => !name.endsWith('last-applied-configuration')),
          ),
        }
      : {}),
  };
};

/** A node as evidence: not the list of its images' names, which is long. */
export const nodeShape = (node: Json): Json =>
  redacted({
    ...pick(node, 'apiVersion', 'kind', 'spec'),
    metadata: metadata(node),
    status: pick(at(node, 'status'), 'addresses', 'capacity', 'conditions', 'nodeInfo', 'volumesAttached'),
  });

/** A NodeClaim as evidence. */
export const nodeClaimShape = (claim: Json): Json =>
  redacted({ ...pick(claim, 'apiVersion', 'kind', 'spec', 'status'), metadata: metadata(claim) });

/** Text that may hold a secret: that it is the same as elsewhere can be told, and nothing else. */
const hashed = (value: Json | undefined): Json | undefined =>
  value === undefined ? undefined : { sha256: createHash('sha256').update(JSON.stringify(value)).digest('hex') };

const container = (one: Json): JsonObject => {
  const [command, args] = [hashed(at(one, 'command')), hashed(at(one, 'args'))];
  return {
    ...pick(one, 'name', 'image', 'ports', 'securityContext', 'volumeMounts', 'volumeDevices', 'resources'),
    ...(command === undefined ? {} : { command }),
    ...(args === undefined ? {} : { args }),
    env: list(one, 'env').map(variable => text(variable, 'name') ?? ''),
    envFrom: list(one, 'envFrom'),
  };
};

/** A CSI volume without its attributes, which are the driver's own and may hold anything. */
const csi = (one: Json | undefined): { readonly csi?: Json } =>
  one === undefined ? {} : { csi: pick(one, 'driver', 'readOnly', 'nodePublishSecretRef') };

const volume = (one: Json): JsonObject => ({
  ...pick(one, 'name', 'hostPath', 'persistentVolumeClaim', 'projected'),
  ...csi(at(one, 'csi')),
  ...(text(one, 'secret', 'secretName') === undefined ? {} : { secretName: text(one, 'secret', 'secretName') }),
  ...(text(one, 'configMap', 'name') === undefined ? {} : { configMap: text(one, 'configMap', 'name') }),
});

/** How a container is, without messages: of one that ended it is what it wrote last (Kubernetes documentation, "Termination messages"). */
const state = (one: Json): Json =>
  Object.fromEntries(
    ['waiting', 'running', 'terminated'].flatMap((kind): [string, Json][] => {
      const own = at(one, kind);
      return own === undefined ? [] : [[kind, pick(own, 'reason', 'exitCode', 'signal', 'startedAt', 'finishedAt')]];
    }),
  );

/**
 * A pod as evidence: what ran, as whom and with what access; commands as hashes, of the environment the names alone, no
 * annotations, since those may hold anything.
 */
export const podShape = (pod: Json): Json => {
  const { annotations: _, ...own } = metadata(pod);
  const spec = at(pod, 'spec');
  return {
    metadata: own,
    spec: {
      ...pick(spec, 'nodeName', 'serviceAccountName', 'hostNetwork', 'hostPID', 'hostIPC', 'securityContext'),
      ...pick(spec, 'runtimeClassName', 'tolerations', 'automountServiceAccountToken', 'priorityClassName'),
      initContainers: list(spec, 'initContainers').map(container),
      containers: list(spec, 'containers').map(container),
      ephemeralContainers: list(spec, 'ephemeralContainers').map(container),
      volumes: list(spec, 'volumes').map(volume),
    },
    status: {
      ...pick(at(pod, 'status'), 'phase', 'podIP', 'hostIP', 'startTime', 'qosClass'),
      containerStatuses: list(pod, 'status', 'containerStatuses').map(one => ({
        ...pick(one, 'name', 'containerID', 'imageID', 'restartCount', 'started'),
        state: state(at(one, 'state') ?? {}),
      })),
    },
  };
};

/** The pods of a node; `more` says that the list went on. */
export const podsShape = (answer: Json): Json =>
  redacted({
    pods: list(answer, 'items').map(podShape),
    more: (text(answer, 'metadata', 'continue') ?? '') !== '',
  });

/** What EC2 describes, as evidence. @param value as the SDK gives it: dates are written out */
export const awsShape = (value: unknown): Json => redacted(JSON.parse(JSON.stringify(value)) as Json); // what it wrote is JSON
