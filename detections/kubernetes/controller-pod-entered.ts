import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const pod = { namespace: 'kube-system', name: 'karpenter-5d4f8c7b9d-x2x7z' };

const kubelet = { name: 'ip-10-0-1-17.eu-west-1.compute.internal' };
const proxied = `/api/v1/nodes/${kubelet.name}/proxy`;

export const detection = kubernetes({
  id: 'kubernetes/controller-pod-entered',
  title: '{principal} reached into {pod}: {event}',
  severity: [
    // What listens in the pod answers, and a kubelet that is only read: no shell, and none of the pod's files.
    [
      'high',
      {
        $or: [
          { objectRef: { resource: 'pods', subresource: ['portforward', 'proxy'] } },
          { verb: 'get', fact: { 'proxy.reaches': 'other' } },
        ],
      },
    ],
    'critical',
  ],
  when: {
    $or: [
      {
        objectRef: {
          resource: 'pods',
          subresource: ['exec', 'attach', 'portforward', 'proxy', 'ephemeralcontainers'],
        },
        fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'] },
      },
      // Monitoring asks the kubelet for /metrics, /stats and /pods; people, for its measures and settings.
      { fact: { 'proxy.reaches': 'other', 'principal.form': 'person' } },
      { fact: { 'proxy.reaches': 'enter' } },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  by: view => [{ user: said(view, 'principal.id'), pod: said(view, 'object.path') }],
  attack: ['T1609', 'T1552.007'],
  why: 'Inside a controller’s pod lie its Kubernetes token and its AWS credentials, and its ports answer whoever forwards them. `nodes/proxy` reaches every pod of a node through the kubelet, and nothing inside is audited.',
  references: [
    'Kubernetes documentation, Authorization of the kubelet (nodes/proxy); Set kubelet parameters (configz)',
    'elastic/detection-rules, privilege_escalation_api_proxy_to_node (what is ordinary)',
    'kubernetes/apiserver, audit stages: ResponseStarted when a shell begins, ResponseComplete when it ends',
  ],
  runbook: [
    confirm(
      "objectRef.subresource in ['exec','attach','portforward','proxy','ephemeralcontainers'] and objectRef.name = 'NAME'",
    ),
    'Read what was run: the requestURI of the event names command, container and port',
    'Contain: kubectl -n NAMESPACE delete pod NAME, which ends its bound token and any shell (copy its logs first: kubectl -n NAMESPACE logs NAME --all-containers > evidence.log); then revoke the role’s sessions as on cloudtrail/controller-role-used-elsewhere',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A kubelet that is asked at its own port, past the API server, makes no audit event.',
    'What is typed in a shell is not audited; only the first command stands in the URI.',
    'A shell on the node itself, or through the container runtime, makes no audit event (cloudtrail/instance-entered).',
    'In shared namespaces a controller’s pods are known by its account’s name; one that is named otherwise is not.',
  ],
  examples: {
    matches: [
      {
        name: 'a shell in Karpenter, when it begins',
        event: audit('create', 'pods/exec', { objectRef: pod }),
        severity: 'critical',
      },
      {
        name: 'a shell whose address says that it is a dry run',
        event: audit('create', 'pods/exec', {
          objectRef: pod,
          requestURI: `/api/v1/namespaces/kube-system/pods/${pod.name}/exec?command=sh&stdin=true&dryRun=All`,
        }),
      },
      { name: 'a shell over WebSockets', event: audit('get', 'pods/exec', { objectRef: pod }) },
      {
        name: 'the platform forwards a port',
        event: audit('create', 'pods/portforward', { user: users.platform, objectRef: pod }),
        severity: 'high',
      },
      { name: 'an ephemeral container', event: audit('patch', 'pods/ephemeralcontainers', { objectRef: pod }) },
      {
        name: 'a shell in Cluster API’s namespace',
        event: audit('create', 'pods/exec', {
          cluster: 'fleet',
          objectRef: { namespace: 'capa-system', name: 'capa-controller-manager-7d9f-x' },
        }),
      },
      {
        name: 'a monitoring account has the kubelet run a command',
        event: audit('get', 'nodes/proxy', {
          user: users.workload,
          objectRef: kubelet,
          requestURI: `${proxied}/exec/kube-system/karpenter-x/controller?command=id`,
        }),
      },
      {
        name: 'the same, in an address that is written otherwise',
        event: audit('get', 'nodes/proxy', {
          user: users.workload,
          objectRef: kubelet,
          requestURI: `/api/v1/nodes/${kubelet.name}/prox%79/%65xec/kube-system/karpenter-x/controller?command=id`,
        }),
      },
      {
        name: 'a person asks the kubelet through the API server',
        event: audit('get', 'nodes/proxy', { objectRef: kubelet }),
      },
      {
        name: 'a person reads the logs of a node through the API server',
        event: audit('get', 'nodes/proxy', { objectRef: kubelet, requestURI: `${proxied}/logs/` }),
        severity: 'high',
      },
      {
        name: 'a person goes back from the metrics to a command',
        event: audit('get', 'nodes/proxy', {
          objectRef: kubelet,
          requestURI: `${proxied}/metrics/../run/a/b/c?cmd=id`,
        }),
        severity: 'critical',
      },
      {
        name: 'a person sends something to the metrics',
        event: audit('create', 'nodes/proxy', { objectRef: kubelet, requestURI: `${proxied}/metrics` }),
        severity: 'critical',
      },
    ],
    misses: [
      {
        name: 'a shell in another pod of kube-system',
        event: audit('create', 'pods/exec', { objectRef: { ...pod, name: 'coredns-5d4f8c7b9d-x2x7z' } }),
      },
      { name: 'its logs are read', event: audit('get', 'pods/log', { objectRef: pod }) },
      {
        name: 'a service of that name is proxied',
        event: audit('get', 'services/proxy', { objectRef: { ...pod, name: 'karpenter' } }),
      },
      {
        name: 'a shell is refused',
        event: audit('create', 'pods/exec', { objectRef: pod, responseStatus: { code: 403 } }),
      },
      {
        name: 'a monitoring account reads the pods of the kubelet',
        event: audit('get', 'nodes/proxy', {
          user: users.workload,
          objectRef: kubelet,
          requestURI: `${proxied}/pods`,
        }),
      },
      {
        name: 'a person reads the kubelet’s settings through the API server',
        event: audit('get', 'nodes/proxy', { objectRef: kubelet, requestURI: `${proxied}/configz` }),
      },
      {
        name: 'a person reads what containers use through the API server',
        event: audit('get', 'nodes/proxy', {
          objectRef: kubelet,
          requestURI: `${proxied}/stats/summary?only_cpu_and_memory=true`,
        }),
      },
      {
        name: 'a person reads the kubelet’s metrics',
        event: audit('get', 'nodes/metrics', { objectRef: kubelet }),
      },
      {
        name: 'a person proxies to an ordinary pod',
        event: audit('get', 'pods/proxy', { objectRef: { namespace: 'team-a', name: 'app' } }),
      },
    ],
  },
});
