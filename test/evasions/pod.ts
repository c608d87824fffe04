import { audit, users } from '../../core/kubernetes/example.ts';
import type { Family, Form } from './form.ts';

const pod = { namespace: 'shop', name: 'web-5d4f8c7b9d-x2x7z' };
const address = (words: readonly string[]): string =>
  `/api/v1/namespaces/shop/pods/${pod.name}/exec?${words.map(word => `command=${encodeURIComponent(word)}`).join('&')}&stdout=true`;
const exec = (...words: readonly string[]) =>
  audit('create', 'pods/exec', { objectRef: pod, requestURI: address(words) });

const high: Form['seen'] = ['kubernetes/node-sought-from-pod', 'high'];
const medium: Form['seen'] = ['kubernetes/node-sought-from-pod', 'medium'];
const asks = (form: string, host: string): Form => ({
  form,
  event: exec('curl', `http://${host}/latest/`),
  seen: high,
});

/** What a command that is run in somebody's pod reaches. */
export const fromPod: Family = {
  goal: 'Instance metadata, tokens and the node, by a command in a pod',
  forms: [
    asks('its address', '169.254.169.254'),
    asks('as one number', '2852039166'),
    asks('as a hexadecimal number', '0xA9FEA9FE'),
    asks('in octal', '0251.0376.0251.0376'),
    asks('in hexadecimal parts', '0xa9.0xfe.0xa9.0xfe'),
    asks('of two parts', '169.16689662'),
    asks('of three parts', '169.254.43518'),
    asks('over IPv6', '[fd00:ec2::254]'),
    asks('over IPv6, written in full', '[FD00:0EC2:0:0:0:0:0:0254]'),
    asks('mapped into IPv6', '[::ffff:169.254.169.254]'),
    asks('mapped into IPv6, in hexadecimal', '[::ffff:a9fe:a9fe]'),
    asks('by the name that a VPC gives it', 'instance-data.ec2.internal'),
    asks('by that name, which ends in a dot', 'instance-data.ec2.internal.'),
    asks('with dots encoded, as curl reads them', '169%2e254%2E169%2e254'),
    asks('in digits of another script', '１６９.２５４.１６９.２５４'),
    asks('with dots of another script', '169。254。169。254'),
    ...(
      [
        ['printf in hexadecimal', "curl $(printf '\\x31\\x36\\x39\\x2e254.169.254')"],
        ['a shell in octal', "curl $'\\061\\066\\071.254.169.254'"],
        ['rev', 'echo 452.961.452.961 | rev | xargs curl'],
        ['xxd', 'echo 3136392e3235342e3136392e323534 | xxd -r -p | xargs curl'],
      ] as const
    ).map(([form, words]): Form => ({ form: `written by ${form}`, event: exec('sh', '-c', words), seen: high })),
    {
      form: 'with a variable that is not set within it, or a wildcard',
      event: exec('sh', '-c', 'curl 169.254.169$x.254; cat /v?r/lib/kubelet/kubeconfig'),
      seen: { unseen: 'what a command makes of its words is not read' },
    },
    {
      form: 'the node’s files, from the directory above them',
      event: exec('sh', '-c', 'cd /var/lib; cat kubelet/kubeconfig'),
      seen: { unseen: 'where a command goes is not followed' },
    },
    { form: 'within the words of a shell', event: exec('sh', '-c', 'wget -qO- 169.254.169.254|tee x'), seen: high },
    {
      form: 'over WebSockets (`get`)',
      event: audit('get', 'pods/exec', { objectRef: pod, requestURI: address(['curl', '169.254.169.254']) }),
      seen: high,
    },
    {
      form: 'with each letter of the parameter encoded',
      event: audit('create', 'pods/exec', {
        objectRef: pod,
        requestURI: `/api/v1/namespaces/shop/pods/${pod.name}/exec?%63ommand=curl&comm%61nd=169%2E254.169.254`,
      }),
      seen: high,
    },
    {
      form: 'by a controller of the control plane that somebody impersonates',
      event: audit('create', 'pods/exec', {
        objectRef: pod,
        requestURI: address(['curl', '169.254.169.254']),
        impersonatedUser: users.platform,
      }),
      seen: high,
    },
    { form: 'the agent of Pod Identity', event: exec('curl', 'http://169.254.170.23/v1/credentials'), seen: medium },
    {
      form: 'by the variable that says where it is',
      event: exec('sh', '-c', 'curl $AWS_CONTAINER_CREDENTIALS_FULL_URI'),
      seen: medium,
    },
    { form: 'a pod’s token', event: exec('cat', '/var/run/secrets/kubernetes.io/serviceaccount/token'), seen: medium },
    {
      form: 'the token of a role for service accounts',
      event: exec('sh', '-c', 'cat $AWS_WEB_IDENTITY_TOKEN_FILE'),
      seen: medium,
    },
    {
      form: 'the kubelet’s directory',
      event: exec('find', '/host/var/lib/kubelet/pods', '-name', 'token'),
      seen: high,
    },
    { form: 'the control plane’s keys', event: exec('cat', '/etc/kubernetes/pki/ca.key'), seen: high },
    { form: 'the node’s processes', event: exec('nsenter', '-t', '1', '-m', '-u', '-i', '-n', 'sh'), seen: high },
    { form: 'the same, in other words', event: exec('nsenter', '--all', '--target=1', 'bash'), seen: high },
    { form: 'the node’s root, where it is mounted', event: exec('chroot', '/host', 'sh'), seen: high },
    {
      form: 'the runtime’s socket',
      event: exec('ctr', '-a', '/run/containerd/containerd.sock', 'c', 'ls'),
      seen: high,
    },
    {
      form: 'a shell, and the command typed into it',
      event: exec('sh'),
      seen: { unseen: 'what is typed is not audited' },
    },
    {
      form: 'hidden in base64',
      event: exec('sh', '-c', 'echo Y3VybCAxNjkuMjU0LjE2OS4yNTQ= | base64 -d | sh'),
      seen: high,
    },
    {
      form: 'quoted within the words of a shell',
      event: exec('sh', '-c', "chroot '/host' curl example.com"),
      seen: high,
    },
    {
      form: 'the node’s namespaces, by their files',
      event: exec('nsenter', '--mount=/host/proc/1/ns/mnt', 'sh'),
      seen: high,
    },
    {
      form: 'made by a shell of variables',
      event: exec('sh', '-c', 'a=169.254; curl $a.$a'),
      seen: { unseen: 'what a command makes of its words is not read' },
    },
    {
      form: 'a tool that asks by itself',
      event: exec('aws', 's3', 'ls'),
      seen: { unseen: 'most pods with that tool have a role of their own, and ask nothing of the node' },
    },
  ],
  traceless: [['A program of the pod’s own', 'nothing is asked of the API server']],
};
