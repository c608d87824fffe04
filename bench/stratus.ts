import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readFiles } from '../adapters/files.ts';
import { memoryQuarantine } from '../adapters/quarantine-local.ts';
import { compile } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyEvent } from '../core/event.ts';
import type { Match } from '../core/match.ts';
import { detect } from '../core/pipeline.ts';
import { rejudge } from '../core/rejudge.ts';
import { memoryStore } from '../core/state/memory.ts';
import { detections, knowledge } from '../detections/index.ts';

const root = dirname(import.meta.dirname);
/** The recorded detonations, beside the project where they are. */
export const recorded = join(root, '../shared/data/stratus-detonation-logs');

/** The settings of the run: the roles that the techniques use are taken for node roles, everything else is unsaid. */
const settings = defineConfig({
  nodeRoles: [
    'stratus-red-team-ec2-steal-*',
    'stratus-red-team-backdoor-r-role',
    'stratus-red-team-malicious-iam-role',
  ],
});

/** Why a technique of Stratus Red Team is covered, or lies outside this plane. Every one of the 35 has its line. */
export const judgements: {
  readonly [technique: string]: { readonly scope: 'covered' | 'outside'; readonly why: string };
} = {
  'aws.credential-access.ec2-get-password-data': {
    scope: 'covered',
    why: 'GetPasswordData opens a Windows instance: an entry path.',
  },
  'aws.credential-access.ec2-steal-instance-credentials': {
    scope: 'covered',
    why: 'The core of this catalogue: the command sent to the instance, then its session from elsewhere.',
  },
  'aws.credential-access.secretsmanager-batch-retrieve-secrets': {
    scope: 'outside',
    why: 'A user reads application secrets in bulk; no instance and no bootstrap secret takes part. By a node role it would be node-role-beyond-baseline.',
  },
  'aws.credential-access.secretsmanager-retrieve-secrets': {
    scope: 'outside',
    why: 'A user reads application secrets; only aws.cluster.x-k8s.io/* and reads by node roles are in scope.',
  },
  'aws.credential-access.ssm-retrieve-securestring-parameters': {
    scope: 'outside',
    why: 'A user reads parameters that boot no node; by a node role it would be node-role-beyond-baseline.',
  },
  'aws.defense-evasion.cloudtrail-delete': { scope: 'covered', why: 'The trail feeds this pipeline.' },
  'aws.defense-evasion.cloudtrail-event-selectors': { scope: 'covered', why: 'The trail feeds this pipeline.' },
  'aws.defense-evasion.cloudtrail-stop': { scope: 'covered', why: 'The trail feeds this pipeline.' },
  'aws.defense-evasion.dns-delete-logs': { scope: 'covered', why: 'Resolver query logs show what nodes talk to.' },
  'aws.defense-evasion.organizations-leave': {
    scope: 'covered',
    why: "Leaving takes the organization's trail and policies away.",
  },
  'aws.defense-evasion.vpc-remove-flow-logs': { scope: 'covered', why: 'Flow logs show what nodes talk to.' },
  'aws.discovery.ec2-download-user-data': { scope: 'covered', why: 'User data carries what a node boots with.' },
  'aws.execution.ec2-launch-unusual-instances': { scope: 'covered', why: 'A family that is not permitted.' },
  'aws.execution.ec2-user-data': { scope: 'covered', why: 'Stop, change of user data, start.' },
  'aws.execution.ssm-send-command': { scope: 'covered', why: 'An entry path into instances.' },
  'aws.execution.ssm-start-session': { scope: 'covered', why: 'An entry path into instances.' },
  'aws.exfiltration.ec2-security-group-open-port-22-ingress': { scope: 'covered', why: 'SSH opened to the world.' },
  'aws.exfiltration.ec2-share-ami': { scope: 'covered', why: 'An image shared outside.' },
  'aws.exfiltration.ec2-share-ebs-snapshot': { scope: 'covered', why: 'A snapshot shared outside.' },
  'aws.exfiltration.rds-share-snapshot': {
    scope: 'outside',
    why: 'A database snapshot is no part of what makes nodes.',
  },
  'aws.impact.bedrock-invoke-model': {
    scope: 'outside',
    why: 'A user calls models; by a node role it would be node-role-beyond-baseline.',
  },
  'aws.initial-access.console-login-without-mfa': {
    scope: 'outside',
    why: "How people sign in is the identity provider's business; consoles opened by instances are instance-session-in-console.",
  },
  'aws.lateral-movement.ec2-instance-connect': { scope: 'covered', why: 'An entry path into instances.' },
  'aws.lateral-movement.ec2-serial-console-send-ssh-public-key': {
    scope: 'covered',
    why: 'An entry path into instances.',
  },
  'aws.persistence.iam-backdoor-role': {
    scope: 'covered',
    why: 'The trust of a role that nodes or controllers use; other roles are outside.',
  },
  'aws.persistence.iam-backdoor-user': {
    scope: 'outside',
    why: 'IAM users make no nodes; CreateUser by a CAPA role is controller-role-escalates.',
  },
  'aws.persistence.iam-create-admin-user': {
    scope: 'outside',
    why: 'IAM users make no nodes; by a CAPA role it is controller-role-escalates.',
  },
  'aws.persistence.iam-create-backdoor-role': {
    scope: 'covered',
    why: 'Here the new role falls under the node-role patterns; a role of another name is outside until a node or controller uses it.',
  },
  'aws.persistence.iam-create-user-login-profile': { scope: 'outside', why: 'IAM users make no nodes.' },
  'aws.persistence.lambda-backdoor-function': {
    scope: 'outside',
    why: "Functions that are not this pipeline's; on its own functions it is detection-disabled.",
  },
  'aws.persistence.lambda-layer-extension': {
    scope: 'outside',
    why: "Functions that are not this pipeline's; on its own functions it is detection-disabled.",
  },
  'aws.persistence.lambda-overwrite-code': {
    scope: 'outside',
    why: "Functions that are not this pipeline's; on its own functions it is detection-disabled.",
  },
  'aws.persistence.rolesanywhere-create-trust-anchor': {
    scope: 'covered',
    why: 'A trust anchor says whose certificates get roles, those of hybrid nodes among them.',
  },
  'aws.persistence.sts-federation-token': { scope: 'outside', why: 'Sessions of IAM users make no nodes.' },
  'aws.privilege-escalation.iam-update-user-login-profile': { scope: 'outside', why: 'IAM users make no nodes.' },
};

/** Technique → detections that fired on its recorded events, with how often and how severe. */
export const coverageOf = async (): Promise<ReadonlyMap<string, readonly Match[]>> => {
  const labels = readFileSync(join(recorded, 'labels.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line): { eventID: string; technique: string } => JSON.parse(line));
  const techniqueOf = new Map(labels.map(one => [one.eventID, one.technique]));
  const events: AnyEvent[] = [];
  const place = { account: '', region: '', cluster: '' };
  for await (const reads of readFiles([join(recorded, 'cloudtrail-stratus.jsonl')], { place }))
    for (const read of reads) if (read.kind === 'event') events.push(read.event);
  const match = compile(detections, knowledge, settings);
  const found = new Map<string, readonly Match[]>();
  for (const [technique, mine] of Map.groupBy(events, event => techniqueOf.get(event.id) ?? 'unlabelled')) {
    const matches: Match[] = [];
    const deps = {
      match,
      store: memoryStore(),
      findings: { fold: async (some: readonly Match[]) => void matches.push(...some) },
      quarantine: memoryQuarantine(),
    };
    const now = Math.max(...mine.map(event => event.time));
    await detect(
      mine.map(event => ({ kind: 'event' as const, event })),
      { ...deps, now },
    );
    await rejudge(deps, now + 24 * 60 * 60 * 1000); // what waits for records that never came
    found.set(technique, matches);
  }
  return found;
};

const said = (matches: readonly Match[]): string =>
  [...Map.groupBy(matches, one => one.detection)]
    .map(([id, some]) => `${id} (${[...new Set(some.map(one => one.severity))].join('/')}, ${some.length})`)
    .join('<br>') || '–';

/** The page of what {@link coverageOf} found, in Markdown. */
export const coveragePage = (found: ReadonlyMap<string, readonly Match[]>): string => {
  const lines = [...found]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([technique, matches]) => {
      const judged = judgements[technique];
      return `| ${technique} | ${judged?.scope ?? 'unjudged'} | ${said(matches)} | ${judged?.why ?? ''} |`;
    });
  const covered = [...found].filter(
    ([technique, matches]) => judgements[technique]?.scope === 'covered' && matches.length > 0,
  ).length;
  return [
    '# Recorded attacks, and what detects them',
    '',
    'Made by `npm run coverage` from the detonation logs of Stratus Red Team (310 recorded CloudTrail events, 35 techniques,',
    "Apache-2.0). The settings name the roles that the techniques use as node roles; no detection looks at the tool's user agent.",
    '',
    `${found.size} techniques, ${covered} of them about node provisioning, and detected.`,
    '',
    '| technique | scope | detections (severity, matches) | why |',
    '|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
};

if (import.meta.main) {
  if (!existsSync(recorded)) {
    process.stderr.write(`the recorded detonations are not at ${recorded}: nothing to measure\n`);
    process.exit(0);
  }
  const page = coveragePage(await coverageOf());
  writeFileSync(join(root, 'docs/coverage.md'), page);
  process.stdout.write(page);
}
