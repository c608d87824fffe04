import { UnreadableInput } from '../adapters/inputs.ts';
import { type Manifest, readManifests } from '../adapters/manifests.ts';
import { severities } from '../core/detection.ts';
import { rank } from '../core/findings/best.ts';
import { list, text } from '../core/json.ts';
import type { Fault } from '../core/posture/fault.ts';
import { firstUnguarded, judgeManifest, unguarded } from '../core/posture/manifest.ts';
import { type Placed, sarif } from '../core/posture/sarif.ts';
import { type Command, flags, oneOf, UsageError } from './io.ts';
import { counted } from './progress.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, jsonPage, shown } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline posture FILE… [--fail-on SEVERITY] [--strict] [--json | --sarif]

Checks the manifests of a repository with the detections that check what is written to a cluster: NodePools, EC2NodeClasses, Cluster
API's AWS machines, kubeadm configurations and ClusterClasses, RBAC, admission guards (and whether there is one), IAM policies.
FILE is a YAML or JSON file, a directory, a glob or - (standard input: helm template … | tripline posture -).
  --fail-on low|medium|high|critical   exit 1 if a problem has at least this severity (default high)
  --strict         exit 2 if a file could not be checked completely: a template, a broken or a binary file
  --json           one JSON object per line
  --sarif          one SARIF 2.1.0 log, for code scanning
  --settings FILE  the settings (default tripline.config.ts)
A comment '# tripline:allow CODE REASON' in a YAML document accepts CODE there.`;

/** What stands in every SARIF log as the tool's version. */
const version = '0.1.0';

/** Gives 1 where a fault is at least `--fail-on`, 2 where a path can't be read or, with `--strict`, a file was not judged whole. */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    settings: { type: 'string' },
    'fail-on': { type: 'string' },
    json: { type: 'boolean' },
    sarif: { type: 'boolean' },
    strict: { type: 'boolean' },
  });
  if (positionals.length === 0) throw new UsageError('say which files: YAML, JSON, a directory, a glob or -');
  if (values.json && values.sarif) throw new UsageError('--json and --sarif exclude each other');
  const failOn = oneOf('fail-on', values['fail-on'], severities) ?? 'high';
  const settings = await loadSettings(values.settings);
  const read = await readManifests(positionals, io.stdin as AsyncIterable<Uint8Array>).catch((error: unknown) => {
    if (error instanceof UnreadableInput) return error;
    throw error;
  });
  if (read instanceof UnreadableInput) {
    io.stderr.write(`tripline posture: ${shown(read.message)}\n`);
    return 2;
  }
  const { manifests, unread } = read;
  const all = manifests.flatMap(one => judgeManifest(one.value, settings).map(fault => place(one, fault)));
  const open = manifests[firstUnguarded(manifests.map(({ value }) => value)) ?? -1];
  if (open !== undefined) all.push(place(open, unguarded));
  const standing = all.filter(({ allowed }) => allowed === undefined);
  if (values.sarif) io.stdout.write(jsonPage(sarif(all, version)));
  else if (values.json) for (const one of all) io.stdout.write(jsonLine(one));
  else for (const one of all) io.stdout.write(`${line(one)}\n`);
  for (const { file, why } of unread) io.stderr.write(`not judged: ${shown(file)}: ${shown(why)}\n`);
  const accepted = all.length - standing.length;
  (values.sarif || values.json ? io.stderr : io.stdout).write(
    `${counted(manifests.length, 'document')}, ${counted(standing.length, 'problem')}${accepted === 0 ? '' : `, ${accepted} accepted`}${unread.length === 0 ? '' : `, ${counted(unread.length, 'file')} not judged whole`}\n`,
  );
  if (values.strict && unread.length > 0) return 2;
  return standing.some(({ severity }) => rank(severity) >= rank(failOn)) ? 1 : 0;
};

const place = (manifest: Manifest, { code, path, severity, message }: Fault): Placed => {
  const item = path[0] === 'items' ? list(manifest.value, 'items')[Number(path[1])] : manifest.value;
  const kind = text(item, 'kind');
  const namespace = text(item, 'metadata', 'namespace');
  const name = text(item, 'metadata', 'name') ?? text(item, 'metadata', 'generateName') ?? '';
  const allowed = manifest.allowed.get(code);
  return {
    code,
    severity,
    message,
    file: manifest.file,
    ...manifest.place(path),
    object: kind === undefined ? 'IAM policy' : `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`,
    ...(allowed === undefined ? {} : { allowed }),
  };
};

/**
 * `file:line:column severity posture/code Kind name: message`, which editors and CI logs link. At the beginning of a line GitHub reads
 * `::` as a command to it (GitHub Actions, "Workflow commands"), so that no file's name begins one.
 */
const line = ({ file, line, column, severity, code, object, message, allowed }: Placed): string =>
  shown(
    `${file.replace(/^(?=\s*::)/, './')}:${line}:${column} ${severity} posture/${code} ${object}: ${message}${allowed === undefined ? '' : ` (accepted: ${allowed})`}`,
  );
