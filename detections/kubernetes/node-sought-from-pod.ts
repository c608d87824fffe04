import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const pod = { namespace: 'shop', name: 'web-5d4f8c7b9d-x2x7z' };
const run = (...words: readonly string[]): string =>
  `/api/v1/namespaces/shop/pods/${pod.name}/exec?${words.map(word => `command=${encodeURIComponent(word)}`).join('&')}&container=web&stderr=true&stdout=true`;
const exec = (over: object, ...words: readonly string[]) =>
  audit('create', 'pods/exec', { objectRef: pod, requestURI: run(...words), ...over });
const credentials = 'http://169.254.169.254/latest/meta-data/iam/security-credentials/';

export const detection = kubernetes({
  id: 'kubernetes/node-sought-from-pod',
  title: '{principal} reached for {command.seeks} from inside {pod}',
  severity: [['high', { fact: { 'command.seeks': ['instance-metadata', 'node'] } }], 'medium'],
  when: {
    fact: { 'command.seeks': ['instance-metadata', 'pod-identity', 'node'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'platform' } }],
  by: view => [{ user: said(view, 'principal.id'), pod: said(view, 'object.path') }],
  attack: ['T1609', 'T1552.005', 'T1611'],
  why: 'From a pod, instance metadata gives the credentials of the node’s role, the kubelet’s directory those of its pods, and the agent of Pod Identity those of the pod: each is a way off the cluster, into the account.',
  references: [
    'EC2 User Guide, "Access instance metadata for an EC2 instance"',
    'EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services"; EKS Best Practices Guide, "Restrict access to the instance profile assigned to the worker node"',
    'kubernetes/kubectl, `exec`: the command stands in the address, a word a parameter',
  ],
  runbook: [
    confirm("objectRef.subresource = 'exec' and objectRef.name = 'NAME'"),
    'Read the whole command in requestURI, and which node it ran on: kubectl -n NAMESPACE get pod NAME -o wide; from then on, treat what it asked for as known to whoever ran it',
    'See whether the node’s role was used elsewhere: npx tripline findings --severity high, and npx tripline entity NODE; where it was, revoke its sessions as on cloudtrail/instance-credentials-off-instance. A hop limit of 1 (httpPutResponseHopLimit of the EC2NodeClass or launch template) keeps the answer from pods',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Only the command that the shell begins with stands in the address: what is typed into it is not audited.',
    'A command that hides what it asks for (a script in the image, a variable, base64 in base64) is not read.',
    'Whether the answer came is not in the event: with a hop limit of 1 instance metadata does not answer a pod.',
    'What the pod runs by itself, or a command in its specification or in that of an ephemeral container, is no exec.',
  ],
  examples: {
    matches: [
      {
        name: 'a person has a pod ask for credentials of the node',
        event: exec({}, 'curl', '-s', credentials),
        severity: 'high',
      },
      {
        name: 'over WebSockets, with the address as one number',
        event: audit('get', 'pods/exec', {
          objectRef: pod,
          requestURI: run('wget', '-qO-', 'http://2852039166/latest/'),
        }),
        severity: 'high',
      },
      { name: 'over IPv6', event: exec({}, 'curl', 'http://[fd00:ec2::254]/latest/user-data') },
      { name: 'by the name', event: exec({}, 'sh', '-c', 'curl instance-data/latest/user-data'), severity: 'high' },
      { name: 'a workload does', event: exec({ user: users.workload }, 'curl', credentials) },
      {
        name: 'the processes of the node are entered',
        event: exec({}, 'nsenter', '--target', '1', '--mount', 'sh'),
        severity: 'high',
      },
      {
        name: 'a token is read',
        event: exec({}, 'cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'),
        severity: 'medium',
      },
      {
        name: 'credentials of Pod Identity are asked for',
        event: exec({}, 'sh', '-c', 'curl $AWS_CONTAINER_CREDENTIALS_FULL_URI'),
        severity: 'medium',
      },
    ],
    misses: [
      { name: 'a shell', event: exec({}, 'sh') },
      { name: 'another address', event: exec({}, 'curl', 'http://10.0.12.34/latest/meta-data/') },
      { name: 'the platform does', event: exec({ user: users.platform }, 'curl', credentials) },
      { name: 'it is refused', event: exec({ responseStatus: { code: 403 } }, 'curl', credentials) },
      {
        name: 'a shell that is attached to',
        event: audit('create', 'pods/attach', {
          objectRef: pod,
          requestURI: run('curl', credentials).replace('/exec', '/attach'),
        }),
      },
    ],
  },
});
