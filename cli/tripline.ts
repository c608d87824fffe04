#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { nearTo } from '../core/near.ts';
import { faultText } from './fault.ts';
import { type Command, type Io, UsageError } from './io.ts';
import { keepCompiled, startLean } from './lean.ts';
import { shown } from './shown.ts';

const commands: { readonly [name: string]: readonly [summary: string, load: () => Promise<Command>] } = {
  run: ['run the deployed handlers over logs, with a local database (npm start)', () => import('./run.ts')],
  scan: ['evaluate logs and store nothing', () => import('./scan.ts')],
  findings: ['list, show and work on stored findings', () => import('./findings.ts')],
  suppress: ['suppress findings by a pattern, with a reason and an end', () => import('./suppress.ts')],
  report: ['report on findings and how they were handled, as text or one HTML page', () => import('./report.ts')],
  redrive: ['move dead letters back to their queue', () => import('./redrive.ts')],
  entity: [
    'show what is known about an instance, access key, node or principal, and its timeline',
    () => import('./entity.ts'),
  ],
  learned: ['list and revoke what detections learned', () => import('./learned.ts')],
  detections: ['list the detections', () => import('./detections.ts')],
  explain: ['explain why a detection did or did not match an event', () => import('./explain.ts')],
  pattern: ['test event patterns: tripline pattern test', () => import('./pattern.ts')],
  posture: ['check manifests and policies of a repository (for pull requests)', () => import('./posture.ts')],
  inventory: ['check what exists in the account for misconfigurations', () => import('./inventory.ts')],
  doctor: ['check that a deployed stage works, and what the settings lack', () => import('./doctor.ts')],
  rehearse: [
    'print how to make a detection fire in a test account and undo it; check what came back',
    () => import('./rehearse.ts'),
  ],
  usage: ['show what roles did, which of it nodes do not do, and a least-privilege policy', () => import('./usage.ts')],
  hunt: ['print an Athena query that finds records that detections may match', () => import('./hunt.ts')],
  filters: [
    'show the derived EventBridge and Logs filters, and what each detection adds',
    () => import('./filters.ts'),
  ],
};

const help = (): string =>
  [
    'usage: tripline COMMAND [ARGUMENTS]',
    '',
    ...Object.entries(commands).map(([name, [summary]]) => `  ${name.padEnd(12)}${summary}`),
    '',
    "'tripline COMMAND --help' shows its flags.\nExit codes: 0 done; 1 findings at or above --fail-on, failed cases, or nothing known of what was named; 2 wrong usage or unreadable input.",
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
      `tripline: no command '${shown(name)}'; ${hint}\n\nusage: tripline COMMAND [ARGUMENTS]\n\n'tripline --help' lists them.\n`,
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
      io.stderr.write(`\n${usage.split('\n\n')[0]}\n\n'tripline ${name} --help' shows all flags.\n`);
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
