import { at, isObject, type Json, type JsonObject, list, text } from '../json.ts';
import type { OpenPattern } from '../pattern/language.ts';
import { asked, written } from './body.ts';
import type { AuditRecord } from './record.ts';

/** Where a pod specification stands: a cron job's job's, a workload's template's, a pod's own. */
const specs = [['spec', 'jobTemplate', 'spec', 'template', 'spec'], ['spec', 'template', 'spec'], ['spec']] as const;

/** The pod specification inside an object. */
const podSpec = (object: JsonObject): JsonObject => {
  for (const path of specs) {
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
  // What the node itself runs, as root: network plugins, units, scheduled jobs, and keys that sign in.
  '/opt/cni',
  '/etc/cni',
  '/etc/systemd',
  '/etc/cron.d',
  '/root',
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

/** A container of Windows that runs as a process of its node (Kubernetes documentation, "HostProcess pods"). */
const isHostProcess = (one: Json): boolean => at(one, 'securityContext', 'windowsOptions', 'hostProcess') === true;

/** How a pod gets at its node: host namespaces, privileged containers, host paths of the kubelet or the runtime. */
export const hostAccess = (object: JsonObject): readonly string[] => {
  const spec = podSpec(object);
  const paths = [
    ...list(spec, 'volumes').flatMap(volume => text(volume, 'hostPath', 'path') ?? []),
    // A persistent volume: whoever claims it mounts it, and Pod Security looks at the claim only.
    ...['hostPath', 'local'].flatMap(kind => text(spec, kind, 'path') ?? []),
  ];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(name => spec[name] === true),
    ...(containers(spec).some(one => at(one, 'securityContext', 'privileged') === true) ? ['privileged'] : []),
    ...([spec, ...containers(spec)].some(isHostProcess) ? ['hostProcess'] : []),
    ...paths.filter(isSensitive).map(path => `hostPath ${path}`),
  ];
};

/** The service account that a pod runs as; '' where the body does not say (`default`, or a patch that leaves it). */
const runsAs = (object: JsonObject): string => {
  const spec = podSpec(object);
  return text(spec, 'serviceAccountName') ?? text(spec, 'serviceAccount') ?? '';
};

/**
 * The service account that the pods of a write run as: as the body says, and where a patch changes their containers and leaves the
 * account, as the result says. '' where neither does: what runs is not changed, or not logged.
 */
export const podsAccount = (record: AuditRecord): string => {
  const { object, form } = asked(record);
  const said = runsAs(object);
  if (said !== '' || form !== 'patch') return said;
  const spec = podSpec(object);
  const changed = ['containers', 'initContainers'].some(name => spec[name] !== undefined);
  const result = written(record);
  return changed && result.form === 'result' ? runsAs(result.object) : '';
};

/** Patterns of which one holds for every body whose pod specification is like one of these; a JSON Patch says what it sets in its own way. */
const bodies = (...asked: readonly OpenPattern[]): readonly OpenPattern[] => [
  ...specs.flatMap(path => asked.map(one => path.reduceRight<OpenPattern>((inner, name) => ({ [name]: inner }), one))),
  { path: [{ prefix: '/spec' }] },
];

/** What a body shows that gets at its node in one of some ways: the ways of `hostAccess`, `hostPath` for all that begin so. */
export const hostAccessBodies = (may: (way: string) => boolean): readonly OpenPattern[] =>
  bodies(
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(may).map(name => ({ [name]: [true] })),
    ...['containers', 'initContainers', 'ephemeralContainers'].map(name => ({
      [name]: { securityContext: { privileged: [true] } },
    })),
    ...(may('hostProcess')
      ? [
          { securityContext: { windowsOptions: { hostProcess: [true] } } },
          ...['containers', 'initContainers', 'ephemeralContainers'].map(name => ({
            [name]: { securityContext: { windowsOptions: { hostProcess: [true] } } },
          })),
        ]
      : []),
    { volumes: { hostPath: { path: [{ exists: true }] } } },
    ...['hostPath', 'local'].map(kind => ({ [kind]: { path: [{ exists: true }] } })),
  );

/** What a body shows whose pods run as one of some accounts. @param names undefined: any */
export const accountBodies = (names: readonly string[] | undefined): readonly OpenPattern[] => {
  const account = names ?? [{ exists: true }];
  return account.length === 0 ? [] : bodies({ serviceAccountName: account }, { serviceAccount: account });
};
