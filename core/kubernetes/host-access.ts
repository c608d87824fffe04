import { at, type Json, type JsonObject, list, text } from '../json.ts';
import type { OpenPattern } from '../pattern/language.ts';
import { bodies, containers, podSpec } from './pod.ts';

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
  // What the node itself runs, as root: network plugins, units, scheduled jobs, what every program loads, and keys that sign in.
  '/opt/cni',
  '/etc/cni',
  '/etc/systemd',
  '/usr/lib/systemd',
  '/lib/systemd',
  '/run/systemd',
  '/var/run/systemd',
  '/etc/cron.d',
  '/etc/cron.hourly',
  '/etc/cron.daily',
  '/etc/crontab',
  '/var/spool/cron',
  '/etc/init.d',
  '/etc/rc.d',
  '/etc/profile.d',
  '/etc/ld.so.preload',
  '/etc/pam.d',
  '/etc/sudoers',
  '/etc/sudoers.d',
  '/etc/ssh',
  '/etc/udev',
  '/usr/bin',
  '/usr/sbin',
  '/usr/local/bin',
  '/usr/local/sbin',
  '/bin',
  '/sbin',
  '/boot',
  '/root',
  '/home',
  // What it boots with, and its agents; Bottlerocket's own API; what a self-managed control plane and other runtimes keep.
  '/var/lib/cloud',
  '/var/lib/amazon',
  '/run/api.sock',
  '/var/run/api.sock',
  '/var/lib/etcd',
  '/var/lib/docker',
  '/var/lib/rancher',
  '/etc/rancher',
];

/** Host paths that are the node where they may be written (`kernel/core_pattern`, `uevent_helper`); agents mount them to read. */
const writable = ['/proc', '/sys'];

/** Capabilities with which a container mounts, loads, traces or reads past every file mode (capabilities(7)); a runtime takes `ALL` and any case. */
const capabilities: ReadonlySet<string> = new Set([
  'ALL',
  'SYS_ADMIN',
  'SYS_MODULE',
  'SYS_PTRACE',
  'SYS_RAWIO',
  'DAC_READ_SEARCH',
  'BPF',
]);

/**
 * Ports that a node, or a control plane on it, listens on itself (Kubernetes documentation, "Ports and Protocols"): SSH, etcd, the API
 * server, kubelet and kube-proxy. What comes for one goes to a container instead that is given it as `hostPort`, for the plugin that does so
 * stands before (CNI, portmap).
 */
const nodePorts: readonly number[] = [
  22,
  2379,
  2380,
  6443,
  ...Array.from({ length: 12 }, (_, index) => 10_248 + index),
];

const isSensitive = (path: string): boolean => {
  const parts = path.split('/').filter(part => part !== '' && part !== '.');
  if (parts.includes('..')) return true;
  const plain = `/${parts.join('/')}`;
  return sensitive.some(
    one => plain === '/' || plain === one || plain.startsWith(`${one}/`) || one.startsWith(`${plain}/`),
  );
};

const isWithin = (path: string, roots: readonly string[]): boolean => {
  const plain = `/${path
    .split('/')
    .filter(part => part !== '' && part !== '.')
    .join('/')}`;
  return roots.some(root => plain === root || plain.startsWith(`${root}/`));
};

/** Whether some container may write to a volume. */
const isWritten = (spec: JsonObject, volume: Json): boolean =>
  containers(spec)
    .flatMap(one => list(one, 'volumeMounts'))
    .some(mount => text(mount, 'name') === text(volume, 'name') && at(mount, 'readOnly') !== true);

const addedTo = (one: Json): readonly string[] =>
  list(one, 'securityContext', 'capabilities', 'add')
    .flatMap(name => (typeof name === 'string' ? name.toUpperCase().replace(/^CAP_/, '') : []))
    .filter(name => capabilities.has(name));

/** A container of Windows that runs as a process of its node (Kubernetes documentation, "HostProcess pods"). */
const isHostProcess = (one: Json): boolean => at(one, 'securityContext', 'windowsOptions', 'hostProcess') === true;

/**
 * How a pod gets at its node: host namespaces, privileged containers and capabilities that are as good, host paths of the kubelet, the
 * runtime and what the node runs.
 * @param resource what the object is of, in plural as an audit event says it
 */
export const hostAccess = (object: JsonObject, resource: string): readonly string[] => {
  const spec = podSpec(object, resource);
  const paths = [
    ...list(spec, 'volumes').flatMap(volume => {
      const path = text(volume, 'hostPath', 'path');
      if (path === undefined) return [];
      return isSensitive(path) || (isWithin(path, writable) && isWritten(spec, volume)) ? [path] : [];
    }),
    // A persistent volume: whoever claims it mounts it, and Pod Security looks at the claim only.
    ...['hostPath', 'local'].flatMap(kind => text(spec, kind, 'path') ?? []).filter(isSensitive),
  ];
  return [
    ...['hostNetwork', 'hostPID', 'hostIPC'].filter(name => spec[name] === true),
    ...(containers(spec).some(one => at(one, 'securityContext', 'privileged') === true) ? ['privileged'] : []),
    ...([spec, ...containers(spec)].some(isHostProcess) ? ['hostProcess'] : []),
    ...new Set(
      containers(spec)
        .flatMap(addedTo)
        .map(name => `capability ${name}`),
    ),
    ...paths.map(path => `hostPath ${path}`),
    ...portsOf(spec).map(port => `hostPort ${port}`),
  ];
};

/** A pod in its node's network has its containers' ports there anyway: that is said already. */
const portsOf = (spec: JsonObject): readonly number[] =>
  spec['hostNetwork'] === true
    ? []
    : [
        ...new Set(
          containers(spec)
            .flatMap(one => list(one, 'ports'))
            .map(port => Number(at(port, 'hostPort')))
            .filter(port => nodePorts.includes(port)),
        ),
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
    ...([...capabilities].some(name => may(`capability ${name}`))
      ? ['containers', 'initContainers', 'ephemeralContainers'].map(name => ({
          [name]: { securityContext: { capabilities: { add: [{ exists: true }] } } },
        }))
      : []),
    ...['containers', 'initContainers'].flatMap(name => {
      const hostPort = nodePorts.filter(port => may(`hostPort ${port}`));
      return hostPort.length === 0 ? [] : [{ [name]: { ports: { hostPort } } }];
    }),
    { volumes: { hostPath: { path: [{ exists: true }] } } },
    ...['hostPath', 'local'].map(kind => ({ [kind]: { path: [{ exists: true }] } })),
  );
