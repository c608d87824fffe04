#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { nearTo } from '../core/near.ts';
import { faultText } from './fault.ts';
import { type Command, type Io, UsageError } from './io.ts';
import { keepCompiled, startLean } from './lean.ts';
import { shown } from './shown.ts';

const commands: { readonly [name: string]: readonly [summary: string, load: () => Promise<Command>] } = {
  run: ['run the real handlers over logs, with a local database (npm start)', () => import('./run.ts')],
  scan: ['judge logs, keep nothing', () => import('./scan.ts')],
  findings: ['list, show and work the stored findings', () => import('./findings.ts')],
  suppress: ['silence findings by a pattern, with a reason and an end', () => import('./suppress.ts')],
  report: ['how findings stand and are worked, as text or one HTML page', () => import('./report.ts')],
  redrive: ['move dead letters back to their queue', () => import('./redrive.ts')],
  entity: [
    'what is known of an instance, access key, node or principal, and its timeline',
    () => import('./entity.ts'),
  ],
  learned: ['list and revoke what was learned by watching', () => import('./learned.ts')],
  detections: ['list the detections', () => import('./detections.ts')],
  explain: ['say why a detection did or did not fire on an event', () => import('./explain.ts')],
  pattern: ['try event patterns: tripline pattern test', () => import('./pattern.ts')],
  posture: ['judge manifests and policies of a repository (for pull requests)', () => import('./posture.ts')],
  inventory: ['look up what stands in the account, and what of it is wrong', () => import('./inventory.ts')],
  doctor: ['look whether a deployed stage is awake, and what the settings leave undone', () => import('./doctor.ts')],
  rehearse: [
    'print how to make a detection fire in a test account, and undo it; check what came back',
    () => import('./rehearse.ts'),
  ],
  usage: ['what roles did, what of it nodes do not, and the least policy for it', () => import('./usage.ts')],
  hunt: ['print a query for Athena that finds what detections may be about', () => import('./hunt.ts')],
  filters: ['show the derived EventBridge and Logs filters and what each rule costs', () => import('./filters.ts')],
};

const help = (): string =>
  [
    'usage: tripline COMMAND [ARGUMENTS]',
    '',
    ...Object.entries(commands).map(([name, [summary]]) => `  ${name.padEnd(12)}${summary}`),
    '',
    "'tripline COMMAND --help' says more. Exit codes: 0 done, 1 findings at or above --fail-on, failed cases, or nothing known of what was asked, 2 usage or unreadable input.",
    '',
  ].join('\n');

/** Runs a command line and gives its exit code. Nothing but results goes to stdout. */
export const main = async (argv: readonly string[], io: Io): Promise<number> => {
  const [name, ...rest] = argv[0] === 'help' && argv[1] !== undefined ? [argv[1], '--help'] : argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    io.stdout.write(help());
    return name === undefined ? 2 : 0;
  }
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (found === undefined) {
    const near = nearTo(name, Object.keys(commands));
    const hint = near.length > 0 ? `near it: ${near.join(', ')}` : `there are ${Object.keys(commands).join(', ')}`;
    // What was wrong must not scroll by.
    io.stderr.write(
      `tripline: no command '${shown(name)}'; ${hint}\n\nusage: tripline COMMAND [ARGUMENTS]\n\n'tripline --help' says more.\n`,
    );
    return 2;
  }
  let usage = '';
  try {
    const command = await found[1](); // with it come the installation's settings, which may be wrong
    usage = command.usage;
    if (rest.includes('--help') || rest.includes('-h')) {
      io.stdout.write(`${usage}\n`);
      return 0;
    }
    return await command.run(rest, io);
  } catch (error) {
    io.stderr.write(`tripline ${name}: ${faultText(error).split('\n').map(shown).join('\n')}\n`);
    // What was wrong must not scroll by: of the usage only how the command is called.
    if (error instanceof UsageError)
      io.stderr.write(`\n${usage.split('\n\n')[0]}\n\n'tripline ${name} --help' says more.\n`);
    return 2;
  }
};

// Through its real path: a link to it is it too.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  process.stdout.on('error', error => {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EPIPE') process.exit(0); // `| head` is no fault
    process.stderr.write(`tripline: the output could not be written (${code}): what came out is not all\n`);
    process.exit(2);
  });
  // What breaks outside of any command's hands is no finding, which Node's own exit code 1 would say.
  process.on('uncaughtException', error => {
    process.stderr.write(`tripline: ${shown(faultText(error))}\n`);
    process.exit(2);
  });
  if (process.argv[2] === 'scan') startLean(); // months of logs may be ahead
  keepCompiled();
  process.exitCode = await main(process.argv.slice(2), process);
}
