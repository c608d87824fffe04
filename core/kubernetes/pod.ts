import { at, isObject, type Json, type JsonObject, list, text } from '../json.ts';

/** The pod specification inside an object: a pod's own, a workload's template's, a cron job's job's. */
export const podSpec = (object: JsonObject): JsonObject => {
  const paths = [['spec', 'jobTemplate', 'spec', 'template', 'spec'], ['spec', 'template', 'spec'], ['spec']];
  for (const path of paths) {
    const found = at(object, ...path);
    if (isObject(found)) return found;
  }
  return {};
};

/** Host paths whose holder is the node: the kubelet's, the container runtime's, and every directory above them. */
const sensitive = [
  '/var/lib/kubelet',
  '/var/lib/containerd',
  '/run/containerd',
  '/var/run/containerd',
  '/run/crio',
  '/var/run/crio',
  '/var/run/docker.sock',
  '/run/docker.sock',
  '/etc/kubernetes',
  '/etc/eks',
];

const isSensitive = (path: string): boolean => {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) return true;
  const plain = `/${parts.join('/')}`;
  return sensitive.some(
    one => plain === '/' || plain === one || plain.startsWith(`${one}/`) || one.startsWith(`${plain}/`),
  );
};

const containers = (spec: JsonObject): readonly Json[] => [
  ...list(spec, 'containers'),
  ...list(spec, 'initContainers'),
  ...list(spec, 'ephemeralContainers'),
];

/** How a pod gets at its node: host namespaces, privileged containers, host paths of the kubelet or the runtime. */
export const hostAccess = (object: JsonObject): readonly string[] => {
  const spec = podSpec(object);
  const paths = list(spec, 'volumes').flatMap(volume => text(volume, 'hostPath', 'path') ?? []);
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(name => spec[name] === true),
    ...(containers(spec).some(one => at(one, 'securityContext', 'privileged') === true) ? ['privileged'] : []),
    ...paths.filter(isSensitive).map(path => `hostPath ${path}`),
  ];
};

/** The service account that a pod runs as; '' where the body does not say (`default`, or a patch that leaves it). */
export const runsAs = (object: JsonObject): string => {
  const spec = podSpec(object);
  return text(spec, 'serviceAccountName') ?? text(spec, 'serviceAccount') ?? '';
};
