import { at, isObject, type Json, list, member, text } from '../json.ts';
import type { Fault, Path } from './fault.ts';

/** Where each kind of Cluster API's kubeadm providers keeps its kubeadm configuration (cluster-api 1.14, API reference). */
const specOf: { readonly [kind: string]: Path } = {
  KubeadmConfig: ['spec'],
  KubeadmConfigTemplate: ['spec', 'template', 'spec'],
  KubeadmControlPlane: ['spec', 'kubeadmConfigSpec'],
  KubeadmControlPlaneTemplate: ['spec', 'template', 'spec', 'kubeadmConfigSpec'],
};

/** Kinds that say how kubeadm makes a machine a node. */
export const kubeadmKinds: readonly string[] = Object.keys(specOf);

/** Flags as kubeadm has them: a map up to v1beta3, a list of `{name, value}` since v1beta4 (kubeadm Configuration). */
const flagsOf = (
  value: Json | undefined,
): readonly { readonly name: string; readonly value: string; readonly key: string | number }[] =>
  isObject(value)
    ? Object.entries(value).map(([name, one]) => ({ name, value: String(one), key: name }))
    : (Array.isArray(value) ? (value as readonly Json[]) : []).map((one, key) => ({
        name: text(one, 'name') ?? '',
        value: String(member(one, 'value') ?? ''),
        key,
      }));

type Judge = readonly [flag: string, bad: (value: string) => boolean, code: string, message: string];

/** Flags that open a kubelet (Kubernetes documentation, "Kubelet authentication/authorization"). */
const kubelet: readonly Judge[] = [
  ['anonymous-auth', value => value === 'true', 'kubelet-anonymous', 'The kubelet answers anonymous requests.'],
  [
    'authorization-mode',
    value => value === 'AlwaysAllow',
    'kubelet-allows-all',
    'The kubelet lets every authenticated caller run commands in its pods.',
  ],
  [
    'read-only-port',
    value => value !== '0' && value !== '',
    'kubelet-read-only-port',
    'The kubelet tells pods and their environment to whoever reaches its read-only port.',
  ],
  [
    'rotate-certificates',
    value => value === 'false',
    'kubelet-certificate-kept',
    'The kubelet keeps its first certificate: one that is stolen stays good for a year.',
  ],
];

/** Flags that open an API server or blind its audit log (Kubernetes documentation, "kube-apiserver"). */
const server: readonly Judge[] = [
  [
    'anonymous-auth',
    value => value === 'true',
    'apiserver-anonymous',
    'The API server lets anonymous requests through to authorization.',
  ],
  [
    'authorization-mode',
    value => /(^|,)AlwaysAllow(,|$)/.test(value),
    'apiserver-allows-all',
    'The API server permits every request.',
  ],
  [
    'authorization-mode',
    value => !/(^|,)Node(,|$)/.test(value),
    'node-authorizer-off',
    'Without the Node authorizer a node may read every secret, not only those of its own pods.',
  ],
  [
    'disable-admission-plugins',
    value => /(^|,)NodeRestriction(,|$)/.test(value),
    'node-restriction-off',
    'Without NodeRestriction a node may change other nodes and label itself as it likes.',
  ],
  [
    'enable-admission-plugins',
    value => !/(^|,)NodeRestriction(,|$)/.test(value),
    'node-restriction-off',
    'The list of admission plugins replaces the default and lacks NodeRestriction: a node may change other nodes.',
  ],
  [
    'token-auth-file',
    value => value !== '',
    'apiserver-static-tokens',
    'Tokens in a file never expire and are changed only by a restart.',
  ],
];

const judgeFlags = (root: Json, path: Path, judges: readonly Judge[]): readonly Fault[] => {
  const flags = flagsOf(at(root, ...path.map(String)));
  return judges.flatMap(([name, bad, code, message]) =>
    flags
      .filter(flag => flag.name === name && bad(flag.value))
      .map((flag): Fault => ({ code, path: [...path, flag.key], severity: 'high', message })),
  );
};

/** Judges what a Cluster API kubeadm provider is told to make of a machine. */
export const judgeKubeadm = (kind: string, object: Json): readonly Fault[] => {
  const root = specOf[kind];
  if (root === undefined) return [];
  const spec = at(object, ...root.map(String)) ?? {};
  const faults: readonly Fault[] = [
    ...['initConfiguration', 'joinConfiguration'].flatMap(configuration =>
      judgeFlags(spec, [configuration, 'nodeRegistration', 'kubeletExtraArgs'], kubelet),
    ),
    ...judgeFlags(spec, ['clusterConfiguration', 'apiServer', 'extraArgs'], server),
    ...judgeAudit(spec, kind),
    ...judgeTokens(spec),
    ...judgeAccess(spec),
    ...judgeCommands(spec),
  ];
  return faults.map(fault => ({ ...fault, path: [...root, ...fault.path] }));
};

const judgeAudit = (spec: Json, kind: string): readonly Fault[] => {
  if (!kind.startsWith('KubeadmControlPlane')) return [];
  const path = ['clusterConfiguration', 'apiServer', 'extraArgs'];
  const names = flagsOf(at(spec, ...path)).map(({ name }) => name);
  if (names.includes('audit-policy-file') && names.some(name => /^audit-(log-path|webhook-config-file)$/.test(name)))
    return [];
  return [
    {
      code: 'audit-log-off',
      path,
      severity: 'high',
      message:
        'The API server writes no audit log (audit-policy-file with audit-log-path or a webhook): nothing of Kubernetes can be detected.',
    },
  ];
};

const judgeTokens = (spec: Json): readonly Fault[] => {
  const faults: Fault[] = [];
  const discovery = ['joinConfiguration', 'discovery', 'bootstrapToken'];
  if (at(spec, ...discovery, 'unsafeSkipCAVerification') === true)
    faults.push({
      code: 'discovery-unverified',
      path: [...discovery, 'unsafeSkipCAVerification'],
      severity: 'high',
      message: 'A joining machine trusts whatever API server answers it.',
    });
  const written = (path: Path): void => {
    faults.push({
      code: 'bootstrap-token-written',
      path,
      severity: 'high',
      message:
        'A bootstrap token in a file lets its readers join machines; Cluster API makes one for each machine itself.',
    });
  };
  if ((text(spec, ...discovery, 'token') ?? '') !== '') written([...discovery, 'token']);
  for (const [index, one] of list(spec, 'initConfiguration', 'bootstrapTokens').entries())
    if ((text(one, 'token') ?? '') !== '') written(['initConfiguration', 'bootstrapTokens', index, 'token']);
  return faults;
};

const judgeAccess = (spec: Json): readonly Fault[] =>
  list(spec, 'users').flatMap((user, index): readonly Fault[] => {
    const path = ['users', index];
    const faults: Fault[] = [];
    if ((text(user, 'passwd') ?? '') !== '')
      faults.push({
        code: 'machine-password',
        path: [...path, 'passwd'],
        severity: 'high',
        message: 'The hash of a login password is in bootstrap data.',
      });
    if (list(user, 'sshAuthorizedKeys').length > 0)
      faults.push({
        code: 'ssh-key',
        path: [...path, 'sshAuthorizedKeys'],
        severity: 'medium',
        message: 'Machines accept SSH logins past Kubernetes and its audit log.',
      });
    return faults;
  });

/** Code that is fetched when a machine is made is whatever its host serves that day. */
const fetched = /\b(?:curl|wget)\b[^|;&]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/;

const judgeCommands = (spec: Json): readonly Fault[] =>
  ['preKubeadmCommands', 'postKubeadmCommands', 'bootCommands'].flatMap(name =>
    list(spec, name).flatMap((command, index): readonly Fault[] =>
      typeof command === 'string' && fetched.test(command)
        ? [
            {
              code: 'bootstrap-fetches-code',
              path: [name, index],
              severity: 'medium',
              message: 'Every new machine runs, as root, what an address serves at that moment.',
            },
          ]
        : [],
    ),
  );
