import { describe, expect, test } from 'vitest';
import { soughtBy } from '../../core/kubernetes/command.ts';
import { audit } from '../../core/kubernetes/example.ts';

const sought = (command: string) =>
  soughtBy(
    audit('create', 'pods/exec', {
      objectRef: { namespace: 'shop', name: 'web' },
      requestURI: `/api/v1/namespaces/shop/pods/web/exec?command=${encodeURIComponent(command)}`,
    }).record,
  );

describe('a command in a pod', () => {
  test.each([
    '169.254.169.254',
    '169.254.43518',
    '169.16689662',
    '2852039166',
    '025177524776',
    '0xa9fea9fe',
    '0xa9.0xfe.0xa9.0xfe',
    '0251.0376.0251.0376',
    '169.0376.0xa9.254',
    '0169.254.169.254', // no octal number: those that take it at all take it for a decimal one
    '\\0251.0376.0251.0376', // octal, before which a shell drops the backslash
    '169%2e254%2E169%2e254',
    '１６９。２５４．169.254',
    'instance-data',
    'instance-data.',
    'instance-data.ec2.internal',
    'instance-data.eu-west-1.compute.internal',
    '[fd00:ec2::254]',
    '[FD00:0EC2:0:0:0:0:0:254]',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
  ])('that asks %s reaches for instance metadata', address => {
    expect(sought(`curl http://${address}/latest/`)).toEqual(['instance-metadata']);
  });

  test.each([
    '169.254.169.25',
    '2852039167',
    '2852039165',
    '169.254.43519',
    '169.16689663',
    '425.254.169.254', // 169 + 256
    '168.510.169.254', // a part of more than a byte
    '168.255.43518.254', // as many as the address in all
    '168.33466878', // the last more than three bytes
    '0251.0376.0251.0377',
    '0xa9fea9ff',
    '[fd00:ec2::253]',
    '[::ffff:a9fe:a9ff]',
  ])('that asks %s does not', address => {
    expect(sought(`curl http://${address}/latest/`)).toEqual([]);
  });

  test.each([
    'a',
    '1a',
    ':a',
    '1.',
    'a:',
    '0x',
    ' -',
    '/',
    '/a',
    '/./',
    '/../',
    '\\',
    'chroot -',
    'base64',
    'base64 Y2hyb290 ',
    '\\x31',
    '%2e',
    'rev ',
    'xxd 616161616161 ',
    '\u3002',
  ])('that is a million letters of %j is read before the test is given up', part => {
    expect(sought(`nsenter${part.repeat(1_000_000 / part.length)}`)).toEqual([]);
  });

  test.each([
    'nsenter -t 1 -m sh',
    'nsenter -t1 -m sh',
    'nsenter -mt 1 sh',
    'nsenter --all --target=1 sh',
    'nsenter --target 1 sh',
    'chroot /host sh',
    'crictl ps',
    'ls /var/lib/kubelet/pods',
    'sh -c "chroot \'/host\' curl example.com"',
    'bash -lc "sh -c \\"chroot \\\\\\"/host\\\\\\" id\\""',
    'chroot --userspec=0:0 --skip-chdir "/host" sh',
    'FOO=1 timeout 5 chroot$IFS/host sh',
    `chroot\${IFS}/host sh`,
    'busybox chroot /host',
    'nsenter "--target=1" -m sh',
    'nsenter --mount=/host/proc/1/ns/mnt sh',
    'nsenter -m/proc/1/ns/mnt sh',
    'ctr -n k8s.io containers ls',
    'ctr --address /run/c.sock c ls',
    'ctr i pull example.com/image',
    '/host/usr/local/bin/nerdctl ps',
    'cat /var//lib/./kubelet/config.yaml',
    'cat /tmp/../var/lib/x/../kubelet/kubeconfig',
    'cat /var/lib/"kube"let/kubeconfig',
    "sh -c 'echo Y2hyb290IC9ob3N0IHNo | base64 -d | sh'", // chroot /host sh
    'python3 -c \'import base64,os; os.system(base64.b64decode("bnNlbnRlciAtdCAxIC1tIHNo"))\'', // nsenter -t 1 -m sh
  ])('%s reaches for the node', command => {
    expect(sought(command)).toEqual(['node']);
  });

  test.each([
    'nsenter -t 12 -m sh',
    'nsenter -t 2 -m sh',
    'nsenter --target 10 sh',
    'nsenter x-t 1',
    'head -t 1',
    'sort -t 1 file',
    'chroot here',
    'cat /run/cloud-init/instance-data.json',
    'ls /var/lib/kubelets',
    'chroot --help',
    'chroot -a -b -c -d -e /host', // more options than there are
    'nsenter -m/proc/12/ns/mnt sh',
    'openssl enc -aes-128-ctr -in file',
    'cat /var/lib/kubelet/../nothing',
    'echo Y2hyb290IC9ob3N0IHNo', // decoded by nothing
    'tar c /data | base64',
    'psql -c "select day, ctr from ads"', // a click-through rate
    'bash -c "echo $((ctr + 1)) $((ctr - 1))"',
  ])('%s reaches for nothing', command => {
    expect(sought(command)).toEqual([]);
  });

  test.each([
    'FOO=1 curl 169.254.169.254',
    'timeout 5 curl http://"169.254".169.254/latest/',
    'busybox wget -qO- http://169.254.169.254',
    'echo 169.254.169.254 | xargs curl',
    'curl http://169.254.169.254/../latest/meta-data/',
    'curl http://169.254.\\\n169.254/latest/',
    'curl http://instance-data/../latest/',
    'curl http://[fd00:ec2::254]/../latest/',
    'curl http://169.254.169.254/a/b/../../../latest/',
    'bash -lc "curl \'http://instance-data\'"',
    'sh -c "echo Y3VybCAxNjkuMjU0LjE2OS4yNTQ= | base64 -d | sh"', // curl 169.254.169.254
  ])('%s reaches for instance metadata', command => {
    expect(sought(command)).toEqual(['instance-metadata']);
  });

  test('that reaches for several says each once', () => {
    const command = 'nsenter -t 1 curl 169.254.169.254 169.254.170.23 fd00:ec2::254; cat /var/run/secrets/x';
    expect(sought(command)).toEqual(['instance-metadata', 'pod-identity', 'node']);
  });

  test('is that of a shell in a pod, and of nothing else', () => {
    const uri = (path: string) => `/api/v1/${path}?command=curl&command=169.254.169.254`;
    const of = (target: string, requestURI: string) => soughtBy(audit('create', target, { requestURI }).record);
    expect(of('pods/exec', uri('namespaces/shop/pods/web/exec'))).toEqual(['instance-metadata']);
    expect(of('pods/exec', '/api/v1/namespaces/shop/pods/web/exec?stdin=true')).toEqual([]);
    expect(of('pods/attach', uri('namespaces/shop/pods/web/attach'))).toEqual([]);
    expect(of('nodes/proxy', uri('nodes/a/proxy/exec'))).toEqual([]);
  });
});
