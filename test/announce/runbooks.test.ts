import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { partsOf } from '../../core/announce/commands.ts';
import { fillRunbook } from '../../core/announce/fill.ts';
import { slackLimits, slackMessage } from '../../core/announce/slack.ts';
import { defineConfig } from '../../core/config.ts';
import { page } from '../../core/targets/pages/detection.ts';
import { detections } from '../../detections/index.ts';
import { at, finding, window } from './case.ts';
import { message } from './message.ts';

/**
 * What the AWS CLI and kubectl do with the commands of the runbooks, as far as it can be told without them. Their own parsers took
 * each command once (AWS CLI 1.46, kubectl 1.32); what they refused, or took and answered with nothing, is what this looks for.
 */
const steps = detections.flatMap(({ id, runbook }) => runbook.map(step => ({ id, step })));

/** Services whose commands ask the region they are told, or the one that the shell happens to have. */
const regional = ['cloudtrail', 'cloudwatch', 'ec2', 'eks', 'events', 'lambda', 'logs', 'service-quotas', 'ssm'];

/** A step's commands of one program: to the end of the command, quotes kept whole. */
const commandsOf = (program: string, step: string): readonly string[] => {
  const part = `'[^']*'|"[^"]*"|\\$\\([^()]*\\)|(?! (?:and|or) (?:aws|kubectl) )[^'";,()&|>]|,(?! )`;
  return [...step.matchAll(new RegExp(`(?<![\\w-])${program} (?:${part})*`, 'g'))].map(([command]) => command);
};

const all = (program: string) =>
  steps.flatMap(({ id, step }) => commandsOf(program, step).map(command => ({ id, command })));
const aws = all('aws').filter(({ command }) => / --[a-z]/.test(command));
const kubectl = all('kubectl');

const failing = (found: readonly { readonly id: string; readonly command: string }[]) =>
  found.map(({ id, command }) => `${id}: ${command}`);

const toCommand = ({ id, step }: (typeof steps)[number]) => ({ id, command: step });

describe('the commands of the runbooks', () => {
  test('are found', () => {
    expect(aws.length).toBeGreaterThan(150);
    expect(kubectl.length).toBeGreaterThan(150);
  });

  test('say the region, which is seldom the one of whoever pastes them', () => {
    const lost = aws.filter(({ command }) => {
      const [, service = ''] = /^aws ([a-z0-9-]+)/.exec(command) ?? [];
      return regional.includes(service) && !command.includes('--region ');
    });
    expect(failing(lost)).toEqual([]);
  });

  test('stop a static NodePool too, which refuses every limit but that of nodes', () => {
    const limiting = steps.filter(({ step }) => step.includes('"limits":{"cpu":"0"}'));
    expect(limiting.length).toBeGreaterThan(10);
    expect(failing(limiting.filter(({ step }) => !step.includes('"limits":{"nodes":"0"}')).map(toCommand))).toEqual([]);
  });

  test('drain a node whatever its pods keep in an emptyDir, else kubectl refuses nearly every node', () => {
    const drains = kubectl.filter(({ command }) => /^kubectl drain /.test(command));
    expect(drains.length).toBeGreaterThan(0);
    expect(failing(drains.filter(({ command }) => !command.includes('--delete-emptydir-data')))).toEqual([]);
  });

  test('end what whoever did it can do, where somebody did what is grave', () => {
    const by = detections.filter(
      ({ on, title, severity }) =>
        on === 'cloudtrail' &&
        /^(\{attempt\})?\{principal\} /.test(title) &&
        /high|critical/.test(JSON.stringify(severity)),
    );
    expect(by.length).toBeGreaterThan(25);
    expect(by.filter(({ runbook }) => !/revoke-older-sessions/.test(runbook.join(' '))).map(({ id }) => id)).toEqual(
      [],
    );
  });

  test('give CloudWatch Logs seconds since 1970, the one time that it takes', () => {
    const queries = aws.filter(({ command }) => command.startsWith('aws logs start-query'));
    expect(queries.length).toBeGreaterThan(40);
    expect(
      failing(
        queries.filter(
          ({ command }) => !/--start-time START_SECONDS --end-time (END_SECONDS|\$\(date \+%s\))/.test(command),
        ),
      ),
    ).toEqual([]);
  });

  test('revoke what was issued up to the moment at which they are pasted', () => {
    const revoking = steps.filter(({ step }) => step.includes('TokenIssueTime'));
    expect(revoking.length).toBeGreaterThan(20);
    for (const { id, step } of revoking) {
      const [command = ''] = partsOf(step).flatMap(({ kind, text }) =>
        kind === 'code' && text.includes('TokenIssueTime') ? text : [],
      );
      const before = Date.now();
      const pasted = execFileSync('sh', ['-c', `aws() { for last; do :; done; printf '%s' "$last"; }; ${command}`], {
        encoding: 'utf8',
      });
      const [{ Condition: condition }] = JSON.parse(pasted).Statement;
      const time = Date.parse(condition.DateLessThan['aws:TokenIssueTime']);
      expect(time, id).toBeGreaterThanOrEqual(before - 1_000);
      expect(time, id).toBeLessThanOrEqual(Date.now());
    }
  });

  test.each([
    'cloudtrail/instance-credentials-off-instance',
    'cloudtrail/instance-session-in-console',
    'cloudtrail/node-or-controller-denied-burst',
    'cloudtrail/node-role-beyond-baseline',
    'lineage/credentials-crossed-planes',
  ])('%s: say what it costs to revoke the sessions of nodes', id => {
    const [revoking] = steps.filter(one => one.id === id && one.step.includes('TokenIssueTime'));
    expect(revoking?.step).toContain('as long as its credentials last, six hours and more');
  });

  test('cut an instance off at each of its interfaces', () => {
    expect(failing(aws.filter(({ command }) => /modify-instance-attribute .*--groups/.test(command)))).toEqual([]);
    const cutting = steps.filter(({ step }) => step.includes('QUARANTINE_SECURITY_GROUP'));
    expect(cutting.length).toBeGreaterThan(20);
    const bin = mkdtempSync(join(tmpdir(), 'tripline-'));
    const aws2 = 'case "$*" in *describe-network-interfaces*) printf "eni-1\\teni-2\\n" ;; *) echo "$*" ;; esac';
    writeFileSync(join(bin, 'aws'), `#!/bin/sh\n${aws2}\n`, { mode: 0o755 });
    for (const { id, step } of cutting) {
      const [command = ''] = partsOf(step).flatMap(({ kind, text }) =>
        kind === 'code' && text.includes('QUARANTINE_SECURITY_GROUP') ? text : [],
      );
      const pasted = execFileSync('sh', ['-c', command], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}:${process.env['PATH']}` },
      });
      const call = 'ec2 modify-network-interface-attribute --region INSTANCE_REGION --groups QUARANTINE_SECURITY_GROUP';
      expect(pasted, id).toBe(['eni-1', 'eni-2'].map(eni => `${call} --network-interface-id ${eni}\n`).join(''));
    }
    rmSync(bin, { recursive: true });
  });

  test('look for what followed up to the moment at which they are pasted', () => {
    const past = steps.filter(({ step }) => / (since|with it): /.test(step) && step.includes('END_SECONDS'));
    expect(past).toEqual([]);
  });

  test('keep a request before they delete it, and delete it also where it was approved, which kubectl refuses to deny', () => {
    const deleting = steps.filter(({ step }) => step.includes('kubectl delete csr'));
    expect(deleting.length).toBeGreaterThan(2);
    for (const { id, step } of deleting)
      expect(step, id).toContain(
        'kubectl get csr NAME -o yaml > request.yaml; kubectl certificate deny NAME; kubectl delete csr NAME',
      );
  });

  test('ask for everything about a name, and not for what a hundred open findings have of it', () => {
    expect(steps.filter(({ step }) => /npx tripline findings[^;,]*\| grep/.test(step))).toEqual([]);
  });

  test('put nothing into double quotes that a shell puts something else for', () => {
    const quoted = steps.filter(({ step }) => /"[^"]*[`$][^"]*"/.test(step.replace(/'[^']*'/g, "''")));
    expect(quoted).toEqual([]);
  });

  test('end where the next begins, so that each can be pasted', () => {
    const joined = steps.filter(({ step }) =>
      partsOf(step).some(
        ({ kind, text }) => kind === 'code' && /[:.] (aws|kubectl|npx) /.test(text.replace(/'[^']*'/g, '')),
      ),
    );
    expect(joined).toEqual([]);
  });

  test('ask for one value of a field: a field selector joins by AND', () => {
    const never = kubectl.filter(({ command }) => {
      const [, selector = ''] = /--field-selector[ =](\S+)/.exec(command) ?? [];
      const fields = selector
        .split(',')
        .filter(one => one !== '' && !one.includes('!='))
        .map(one => one.split('=')[0]);
      return new Set(fields).size < fields.length;
    });
    expect(failing(never)).toEqual([]);
  });

  test('read all of a log: with a selector kubectl shows ten lines unless it is told', () => {
    const short = kubectl.filter(({ command }) => /kubectl logs .*-l /.test(command) && !command.includes('--tail'));
    expect(failing(short)).toEqual([]);
  });

  test('search the text of an event, not JSON that holds it as a string', () => {
    const escaped = steps.filter(({ step }) => /CloudTrailEvent(?:(?!--output text)[^|])*\| grep/.test(step));
    expect(escaped).toEqual([]);
  });

  test('name no account where a service account is meant, and no cluster of ours where Cluster API’s is', () => {
    expect(
      steps.filter(({ step }) => /(serviceaccount|objectRef\.name = '|username = ')\s*ACCOUNT/.test(step)),
    ).toEqual([]);
    expect(steps.filter(({ step }) => /(annotate|patch) cluster CLUSTER/.test(step))).toEqual([]);
  });

  test('ask for namespaced objects in their namespace', () => {
    const namespaced =
      /kubectl (get|annotate|patch|delete) (machine|machinehealthcheck|awsmachinetemplate|clusterclass|cluster|machinedeployment)s? [A-Z]/;
    expect(failing(kubectl.filter(({ command }) => namespaced.test(command)))).toEqual([]);
  });

  test('are whole for a finding of the audit log: log group, region and span are its own', () => {
    const evidence = {
      verb: 'patch',
      user: { username: 'alice' },
      objectRef: { resource: 'nodepools', name: 'default' },
    };
    const found = finding({
      source: 'kubernetes',
      cluster: 'prod',
      region: 'us-gov-west-1',
      regions: ['us-gov-west-1'],
    });
    const filled = detections
      .filter(({ on }) => on === 'kubernetes')
      .flatMap(({ runbook }) => fillRunbook(runbook, found, window({ evidence }), defineConfig({})))
      .flatMap(step => commandsOf('aws', step))
      .filter(command => command.startsWith('aws logs start-query'));
    expect(filled.length).toBeGreaterThan(40);
    for (const command of filled) {
      expect(command).toMatch(
        /^aws logs start-query --region us-gov-west-1 --log-group-name \/aws\/eks\/prod\/cluster --start-time 17\d{8} --end-time (17\d{8}|\$\(date \+%s\)) /,
      );
      // A shell reads it as one command whose last argument is the query.
      const [query = ''] = execFileSync('sh', [
        '-c',
        `aws() { for last; do :; done; printf '%s' "$last"; }; ${command}`,
      ])
        .toString()
        .split('\n');
      expect(query).toMatch(/^fields @timestamp, .* \| limit 200$/);
    }
  });
});

test.each(
  detections.map(one => [one.id, one] as const),
)('the page of %s keeps the stars of its commands', (_, entry) => {
  const [, steps = ''] = page(entry).split(/^## (?:What to do|Blind spots)$/m);
  const prose = steps.split('`').filter((__, index) => index % 2 === 0);
  expect(prose.filter(text => /"\*"|\.\*|[*]\]/.test(text))).toEqual([]);
  for (const [index] of entry.runbook.entries()) expect(steps).toContain(`\n${index + 1}. `);
});

describe('a runbook in Slack', () => {
  const entities: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
  /** What Slack shows of a text, and copies: code spans as they are, the rest without what it formats with. */
  const spans = (text: string) =>
    text.split('`').map((part, index) => ({
      isCode: index % 2 === 1,
      text: part.replace(/&(amp|lt|gt);/g, one => entities[one] ?? one),
    }));
  const evidence = {
    verb: 'patch',
    user: { username: 'alice' },
    objectRef: { resource: 'nodepools', name: 'default' },
  };

  test.each(detections.map(one => [one.id, one] as const))('%s: is whole, and its commands are code', (id, entry) => {
    const over = entry.on === 'kubernetes' ? ({ source: 'kubernetes', cluster: 'prod' } as const) : {};
    const windows = [entry.on === 'kubernetes' ? window({ evidence }) : window()];
    const said = message({ detection: id, due: at, ...over }, windows, entry);
    const texts = slackMessage(said).attachments[0].blocks.flatMap(block =>
      block.type === 'section' && 'text' in block ? [block.text.text] : [],
    );
    expect(texts.filter(text => text.length > slackLimits.text)).toEqual([]);
    const from = texts.findIndex(text => text.startsWith('*What to do*'));
    const shown = texts.slice(from).join('\n');
    const parts = spans(shown);
    const code = parts.filter(({ isCode }) => isCode).map(({ text }) => text);
    for (const step of said.detection.runbook)
      for (const command of [...commandsOf('aws', step), ...commandsOf('kubectl', step)])
        expect(code.some(one => one.includes(command.replace(/[\s.:]+$/, '')))).toBe(true);
    // A star between quotes would be bold, and gone from what is copied.
    const prose = parts.filter(({ isCode }) => !isCode).map(({ text }) => text);
    expect(prose.filter(text => /"\*"|\.\*|[*]\]/.test(text))).toEqual([]);
    for (const [index] of said.detection.runbook.entries()) expect(shown).toContain(`${index + 1}. `);
  });
});
