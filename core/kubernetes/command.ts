import { parseAddress } from '../pattern/address.ts';
import { query } from './call.ts';
import type { AuditRecord } from './record.ts';

/** What a command that is run in a pod reaches for beyond the pod. */
type Sought = 'instance-metadata' | 'pod-identity' | 'node';

/** IPv4 as clients take it: four numbers or fewer, decimal, octal or hexadecimal (POSIX, `inet_addr`). */
const numbers = /(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}/g;

/** What an IPv6 address is written in: whoever runs a command decides how long it is, so each letter is looked at once. */
const groups = /[0-9a-f:.]+/g;

/** One number of an address: octal with a zero before it, hexadecimal with `0x`. */
const numberOf = (part: string): number =>
  part.startsWith('0x') ? Number(part) : Number.parseInt(part, /^0[0-7]+$/.test(part) ? 8 : 10);

/** IPv4 as one number; the last part fills what the parts before it leave. */
const inOne = (text: string): number | undefined => {
  const parts = text.split('.').map(numberOf);
  const last = parts.pop() ?? Number.NaN;
  if (parts.some(part => !(part <= 255)) || !(last < 256 ** (4 - parts.length))) return undefined;
  return parts.reduce((value, part, index) => value + part * 256 ** (3 - index), last);
};

const numbered = (address: string): number | bigint | undefined => {
  const { family, value } = parseAddress(address) ?? {};
  return family === 4 ? Number(value) : value;
};

const valuesOf = (...addresses: readonly string[]): ReadonlySet<number | bigint | undefined> =>
  new Set(addresses.map(numbered));

/** Where instance metadata answers, and where EKS Pod Identity and ECS hand out a pod's or task's credentials (EC2, EKS and ECS User Guides). */
const metadata = valuesOf('169.254.169.254', 'fd00:ec2::254');
const agents = valuesOf('169.254.170.23', 'fd00:ec2::23', '169.254.170.2');

/** The name of instance metadata in a VPC's resolver (EC2 User Guide, "Access instance metadata"). */
const metadataName =
  /\binstance-data(?:\.ec2\.internal|\.[a-z]{2}-[a-z-]{1,20}-\d\.compute\.internal)?\.?(?=[/:?\s]|$)/;

/**
 * Where a pod's own tokens lie (Kubernetes documentation, "Service accounts"; EKS User Guide, IRSA and Pod Identity), and variables that
 * say where.
 */
const identity =
  /\/var\/run\/secrets\/|\/run\/secrets\/(?:kubernetes|eks|pods\.eks)|aws_(?:web_identity_token_file|container_(?:authorization|credentials))/;

/**
 * Of the node: what its kubelet and runtime keep, the runtime's own clients, and chroot, with options or without, into a root that is mounted
 * (Kubernetes documentation, "Node" and "Container runtimes"; containerd, `ctr`; chroot(1)). Before `ctr` alone, which is also the name of
 * a figure in a query, an option or a subcommand is asked for.
 */
const node =
  /\/var\/lib\/(?:kubelet|containerd|docker)\b|\/etc\/(?:kubernetes|eks)\/|\b(?:containerd|docker|crio|dockershim)\.sock\b|\bchroot(?:\s+-\S{1,100}){0,4}\s+\/\w|(?<![\w-])(?:(?:crictl|nerdctl)\s|ctr\s+(?:-{1,2}[a-z]|(?:containers?|content|events?|images?|install|leases|namespaces?|ns|oci|plugins|run|sandbox(?:es)?|shim|snapshots?|tasks?|[cit])\s))/;

/** Namespaces of the node's first process, by its number or by their files (nsenter(1)). */
const enters = (command: string): boolean =>
  /\bnsenter\s/.test(command) && /\s(?:-[a-z]{0,12}t\s?|--target[= ])1\b|\/proc\/1\/ns\//.test(command);

/** Detours in a path that are gone through: of more somebody made a puzzle. */
const detours = 4;

/** A command as a shell makes words of it: what quotes, backslashes and lines that go on part is one, `$IFS` is a space; and paths without detours. */
const unquoted = (command: string): string => command.replace(/\\\n|["'\\]/g, '').replace(/\$(?:\{IFS\}|IFS\b)/g, ' ');
const straight = (command: string): string => {
  let path = command.replace(/\/(?:\.?\/)+/g, '/');
  for (let step = 0; step < detours; step++) path = path.replace(/\/[^/\s]+\/\.\.(?=\/|\s|$)/g, '');
  return path;
};

/** Characters by their codes, as `printf`, `echo -e` and `$'…'` write them: `\\x31`, `\\061`. */
const escaped = (command: string): string =>
  command.replace(/\\(?:x([0-9a-f]{2})|0?([0-7]{3}))/gi, (_, hexadecimal?: string, octal?: string) =>
    String.fromCharCode(hexadecimal === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hexadecimal, 16)),
  );

/** Addresses as clients read them: `%2e` (curl), and letters, digits and dots of other scripts (UTS 46, by which hosts are mapped). */
const mapped = (command: string): string =>
  command
    .replace(/%([2-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    .normalize('NFKC')
    .replaceAll('。', '.');

/** What a command turns round (`rev`) or reads as hexadecimal (`xxd -r`). */
const turned = (command: string): readonly string[] => [
  ...(/\brev\b/.test(command) ? [[...command].reverse().join('')] : []),
  ...(/\bxxd\b|fromhex|unhexlify/.test(command)
    ? (command.match(/(?:[0-9a-f]{2}){6,}/gi) ?? []).map(word => Buffer.from(word, 'hex').toString('latin1'))
    : []),
];

/** What a command has decoded, as `echo … | base64 -d | sh` does: one layer, each word that may be one. */
const decoded = (command: string): readonly string[] =>
  /base64|b64decode/i.test(command)
    ? (command.match(/[A-Za-z0-9+/]{12,}/g) ?? []).map(word => Buffer.from(word, 'base64').toString('latin1'))
    : [];

/** The command that a call of `pods/exec` runs, its words with a space between; '' where there is none, as of a shell that is attached to. */
const commandOf = (record: AuditRecord): string =>
  record.objectRef?.resource === 'pods' && record.objectRef.subresource === 'exec'
    ? query(record).getAll('command').join(' ')
    : '';

/**
 * What the command reaches for, by what stands anywhere in it: what runs it (`timeout`, `env`, `busybox`, `xargs`) makes no difference. What
 * is typed into a shell afterwards, and what a command makes of its words (variables, wildcards, several layers of base64), is
 * not seen.
 */
export const soughtBy = (record: AuditRecord): readonly Sought[] => {
  const said = commandOf(record);
  if (said === '') return [];
  const words = unquoted(said);
  const readings = [words, ...[escaped(said), ...decoded(words), ...turned(words)].map(unquoted)].join(' ');
  const written = `${readings} ${mapped(readings)}`.toLowerCase();
  const path = straight(written);
  // Of an address, what a detour leaves out may be its host.
  const addresses = [
    ...(written.match(numbers) ?? []).map(inOne),
    ...(written.match(groups) ?? []).map(text => (text.includes(':') ? numbered(text) : undefined)),
  ].filter(address => address !== undefined);
  const asks = (values: ReturnType<typeof valuesOf>): boolean => addresses.some(address => values.has(address));
  return [
    ...(asks(metadata) || metadataName.test(written) ? (['instance-metadata'] as const) : []),
    ...(asks(agents) || identity.test(path) ? (['pod-identity'] as const) : []),
    ...(node.test(path) || enters(path) ? (['node'] as const) : []),
  ];
};
