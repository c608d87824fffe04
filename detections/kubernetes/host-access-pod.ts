import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, node, users } from '../../core/kubernetes/example.ts';
import { objectOf, texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, preserveNode, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { objectRef: { namespace: 'team-a', name: 'tool' } };
const pod = (spec: JsonObject) => ({
  ...ref,
  requestObject: {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'tool', namespace: 'team-a' },
    spec: { containers: [{ name: 'a', image: 'busybox' }], ...spec },
  },
});
const privileged = pod({ containers: [{ name: 'a', image: 'busybox', securityContext: { privileged: true } }] });
const agent = (spec: JsonObject) => ({
  ...ref,
  requestObject: { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'tool' }, spec: { template: { spec } } },
});

export const detection = kubernetes({
  id: 'kubernetes/host-access-pod',
  title: '{principal} wrote a workload that reaches its node ({pod.hostAccess}): {owner}',
  severity: 'high',
  when: {
    fact: {
      'pod.hostAccess': [
        'hostNetwork',
        'hostPID',
        'hostIPC',
        'privileged',
        'hostProcess',
        { prefix: 'capability ' },
        { prefix: 'hostPath ' },
        { prefix: 'hostPort ' },
      ],
      'namespace.exempt': 'no',
      'call.outcome': 'succeeded',
    },
  },
  unless: [{ fact: { 'principal.standing': ['service', 'node'] } }],
  by: view => [{ owner: objectOf(view) }],
  resources: view => texts(view, 'pod.hostAccess'),
  attack: ['T1611', 'T1610'],
  why: 'A privileged pod, the host’s network or the kubelet’s files are the node: its credentials from instance metadata, every pod’s token, every secret mounted there.',
  references: [
    'Kubernetes documentation, Pod Security Standards; Ports and Protocols',
    'containernetworking/plugins, portmap (hostPort by destination NAT)',
    'EKS best practices, Pod security',
    'Stratus Red Team, k8s.privilege-escalation.privileged-pod',
  ],
  runbook: [
    confirm("objectRef.namespace = 'NAMESPACE' and objectRef.name = 'NAME' and verb in ['create','update','patch']"),
    'Find where it ran: kubectl -n NAMESPACE get pods -o wide, then for each node:',
    preserveNode,
    `Contain, once the node is preserved: kubectl -n NAMESPACE get KIND NAME -o yaml > evidence.yaml && kubectl -n NAMESPACE delete KIND NAME. ${removeAccess}`,
    lookAround,
  ],
  blind: [
    'Namespaces in `exemptNamespaces` are not watched: network and storage agents live there.',
    'A workload of a custom kind is seen when its controller makes a pod only if that controller is no built-in one.',
    'Of capabilities those that mount, load, trace or read past every file mode are judged; devices given by plugins, and paths such as /dev and /var/log, are not.',
  ],
  examples: {
    matches: [
      { name: 'a privileged pod', event: audit('create', 'pods', privileged) },
      { name: 'the host’s network', event: audit('create', 'pods', pod({ hostNetwork: true })) },
      {
        name: 'the host’s processes, by a daemon set',
        event: audit('create', 'daemonsets.apps', agent({ hostPID: true })),
      },
      { name: 'the host’s memory', event: audit('create', 'pods', pod({ hostIPC: true })) },
      {
        name: 'the kubelet’s files',
        event: audit('create', 'pods', pod({ volumes: [{ name: 'k', hostPath: { path: '/var/lib/kubelet/pods' } }] })),
      },
      {
        name: 'a process of a Windows node',
        event: audit('create', 'pods', pod({ securityContext: { windowsOptions: { hostProcess: true } } })),
      },
      {
        name: 'the network plugins that the node runs',
        event: audit('create', 'pods', pod({ volumes: [{ name: 'c', hostPath: { path: '/opt/cni/bin' } }] })),
      },
      {
        name: 'the kubelet’s own port',
        event: audit(
          'create',
          'pods',
          pod({ containers: [{ name: 'a', image: 'busybox', ports: [{ containerPort: 8443, hostPort: 10250 }] }] }),
        ),
      },
      {
        name: 'the whole disk, for whoever claims the volume',
        event: audit('create', 'persistentvolumes', {
          objectRef: { name: 'tool' },
          requestObject: { kind: 'PersistentVolume', metadata: { name: 'tool' }, spec: { hostPath: { path: '/' } } },
        }),
      },
      {
        name: 'the whole disk, by a patch of GitOps',
        event: audit('patch', 'deployments.apps', {
          ...agent({ volumes: [{ name: 'r', hostPath: { path: '/' } }] }),
          user: users.gitops,
        }),
      },
      {
        name: 'capabilities that are as good as privileged',
        event: audit(
          'create',
          'pods',
          pod({ containers: [{ name: 'a', image: 'busybox', securityContext: { capabilities: { add: ['ALL'] } } }] }),
        ),
      },
      {
        name: 'the kernel’s settings, to be written',
        event: audit(
          'create',
          'pods',
          pod({
            volumes: [{ name: 'p', hostPath: { path: '/proc' } }],
            containers: [{ name: 'a', image: 'busybox', volumeMounts: [{ name: 'p', mountPath: '/host' }] }],
          }),
        ),
      },
      {
        name: 'a container made privileged in the place of a container, beside a member that no deployment has',
        event: audit('patch', 'deployments.apps', {
          ...ref,
          requestObject: {
            spec: {
              jobTemplate: { spec: { template: { spec: {} } } },
              template: { spec: { containers: [{ name: 'a', securityContext: { privileged: true } }] } },
            },
          },
        }),
      },
      {
        name: 'the host’s processes, by a path that only the API server takes for one',
        event: audit('patch', 'deployments.apps', {
          ...ref,
          requestObject: [{ op: 'add', path: 'x/spec/template/spec/hostPID', value: true }],
        }),
      },
      {
        name: 'a deployment replaced whole by a patch',
        event: audit('patch', 'deployments.apps', {
          ...ref,
          requestObject: [{ op: 'replace', path: '', value: agent({ hostPID: true }).requestObject }],
        }),
      },
    ],
    misses: [
      {
        name: 'a port of the node that is nobody’s',
        event: audit(
          'create',
          'pods',
          pod({ containers: [{ name: 'a', image: 'busybox', ports: [{ containerPort: 8443, hostPort: 9100 }] }] }),
        ),
      },
      {
        name: 'a container that binds a low port',
        event: audit(
          'create',
          'pods',
          pod({
            containers: [
              { name: 'a', image: 'busybox', securityContext: { capabilities: { add: ['NET_BIND_SERVICE'] } } },
            ],
          }),
        ),
      },
      {
        name: 'an agent that reads /proc',
        event: audit(
          'create',
          'pods',
          pod({
            volumes: [{ name: 'p', hostPath: { path: '/proc' } }],
            containers: [
              { name: 'a', image: 'busybox', volumeMounts: [{ name: 'p', mountPath: '/host', readOnly: true }] },
            ],
          }),
        ),
      },
      {
        name: 'the status of a daemon set, sent with all of it',
        event: audit('update', 'daemonsets.apps/status', agent({ hostPID: true })),
      },
      {
        name: 'an ordinary pod',
        event: audit('create', 'pods', pod({ volumes: [{ name: 'l', hostPath: { path: '/var/log/app' } }] })),
      },
      {
        name: 'a local disk, for whoever claims the volume',
        event: audit('create', 'persistentvolumes', {
          objectRef: { name: 'tool' },
          requestObject: {
            kind: 'PersistentVolume',
            metadata: { name: 'tool' },
            spec: { local: { path: '/mnt/ssd0' } },
          },
        }),
      },
      {
        name: 'the pod that a replica set makes',
        event: audit('create', 'pods', { ...privileged, user: users.replicasets }),
      },
      { name: 'a static pod that its node mirrors', event: audit('create', 'pods', { ...privileged, user: node() }) },
      {
        name: 'an exempt namespace',
        event: audit('create', 'pods', privileged),
        settings: { exemptNamespaces: ['team-a'] },
      },
      {
        name: 'Pod Security refuses it',
        event: audit('create', 'pods', {
          ...privileged,
          responseStatus: { code: 403 },
          annotations: { 'authorization.k8s.io/decision': 'allow' },
        }),
      },
      {
        name: 'a patch of the image',
        event: audit('patch', 'deployments.apps', {
          ...agent({ containers: [{ name: 'a', image: 'busybox:2' }] }),
          responseObject: agent({ hostPID: true }).requestObject,
        }),
      },
    ],
  },
});
