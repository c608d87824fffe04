import { plain, subjectLine } from '../escape.ts';
import { chainText } from './chain.ts';
import { countText, type Message, whenText } from './message.ts';
import { seenText } from './seen.ts';
import { severityTag } from './tag.ts';
import type { TransitionKind } from './transitions.ts';

/** What a change is called before its value; '' where the headline says it all. */
export const changeNames: { readonly [K in TransitionKind]: string } = {
  first: '',
  reopened: 'resolved at',
  severity: 'severity',
  principal: 'principal',
  address: 'source address',
  region: 'region',
  resource: 'resource',
  continuation: 'window from',
  repeats: 'count',
  escalated: 'waiting since',
  suppressed: 'by',
  acknowledged: 'by',
  resolved: 'by',
};

/** The first few of a list, and how many more there are. */
export const some = <T>(all: readonly T[], most: number): { readonly shown: readonly T[]; readonly more: number } => ({
  shown: all.slice(0, most),
  more: Math.max(0, all.length - most),
});

/** Where it happened: "account 111122223333, eu-west-1, cluster prod"; never empty. */
export const whereText = ({ finding }: Message): string => {
  const regions = finding.regions.length > 0 ? finding.regions : finding.region === '' ? [] : [finding.region];
  const { shown, more } = some(regions, 5);
  const parts = [
    finding.account === '' ? '' : `account ${finding.account}`,
    shown.join(', ') + (more > 0 ? ` and ${more} more regions` : ''),
    finding.cluster === '' ? '' : `cluster ${finding.cluster}`,
  ];
  return parts.filter(Boolean).join(', ') || 'unknown';
};

/** The subject of a mail: severity, news, title; ASCII, at most 99 characters, no control character. */
export const subject = (message: Message): string => {
  const { finding, transition, headline } = message;
  const news = transition.kind === 'first' ? '' : `${headline.split(':')[0]}: `;
  return subjectLine(`[${finding.severity.toUpperCase()}] ${news}${finding.title}`);
};

const listed = (all: readonly string[], most = 5): string => {
  const { shown, more } = some(all, most);
  return [...shown.map(value => plain(value, 300)), ...(more > 0 ? [`and ${more} more`] : [])].join('\n         ');
};

const section = (name: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', name, ...lines];

/** "resolved as false-positive, alice is on it". */
const statusText = ({ finding: { status, disposition, assignee } }: Message): string =>
  status +
  (disposition === undefined ? '' : ` as ${disposition}`) +
  (assignee === undefined ? '' : `, ${plain(assignee, 100)} is on it`);

/** Whose the touched resources are, by their tags: "team: payments". */
export const ownerTexts = ({ evidence }: Message): readonly string[] =>
  (evidence.owners ?? []).map(({ tag, value }) => `${tag}: ${value}`);

/** The rows of who, what, where; rows without a value are left out. Values are escaped for plain text. */
const rows = (message: Message, most = 5): readonly (readonly [string, string])[] => {
  const { finding, evidence } = message;
  const all: readonly (readonly [string, string])[] = [
    ['Who', listed(finding.principals, most)],
    ['Chain', chainText(evidence.chain ?? [], value => plain(value, 300))],
    ['What', listed(finding.resources, most)],
    ['Owner', listed(ownerTexts(message), most)],
    ['From', listed(finding.addresses, most)],
    ['Where', plain(whereText(message), 300)],
    ['When', whenText(message)],
    ['Count', countText(message)],
    ['Seen', seenText(finding.seen)],
    ['Status', statusText(message)],
  ];
  return all.filter(([, value]) => value !== '');
};

/** What is new, one line each; empty for a first match. */
const changeLines = (message: Message, show: (value: string) => string): readonly string[] =>
  message.transition.changes
    .filter(({ kind, value }) => changeNames[kind] !== '' && value !== '')
    .map(({ kind, value }) => `${changeNames[kind]}: ${show(value)}`);

/** The announcement as a mail's text: everything a responder needs first, top to bottom, in plain visible characters. */
export const mailText = (message: Message): string => {
  const { finding, detection, evidence, transition } = message;
  const news = some(
    changeLines(message, value => plain(value, 300)),
    20,
  );
  const techniques = detection.attack.techniques.map(
    ({ id, name, tactics }) => `${id} ${name} (${tactics.map(tactic => tactic.name).join(', ')})`,
  );
  const lines = [
    `${finding.severity.toUpperCase()}  ${message.headline}`,
    plain(finding.title, 500),
    ...section(
      'NEW',
      transition.kind === 'first' ? [] : [...news.shown, ...(news.more > 0 ? [`and ${news.more} more`] : [])],
    ),
    '',
    ...rows(message).map(([name, value]) => `${`${name}:`.padEnd(9)}${value}`),
    ...section(
      'NOTE',
      finding.notes.slice(0, 5).map(note => plain(note, 500)),
    ),
    ...section('WHY IT MATTERS', detection.why === '' ? [] : [detection.why]),
    ...section(
      'WHAT TO DO',
      detection.runbook.map((step, at) => `${at + 1}. ${step}`),
    ),
    ...section(
      'EVIDENCE',
      evidence.lines.map(({ label, value }) => `${`${label}:`.padEnd(18)}${plain(value, 500)}`),
    ),
    ...section('LOOK FURTHER', [
      ...message.commands.map(({ command }) => command),
      ...message.links.map(({ label, url }) => `${label}: ${url}`),
    ]),
    ...section(`ATT&CK ${detection.attack.version}`, techniques),
    '',
    '--',
    `finding ${finding.id} of ${finding.detection} (rule version ${finding.version})`,
    `announcement ${message.id}`,
  ];
  return `${lines.join('\n')}\n`;
};

/** The longest role-assumption chain, in characters, that a terminal's short form shows. */
const shortChain = 120;

/**
 * The announcement for a terminal, in short.
 * @param colour whether to colour the severity; nothing in the message can colour anything
 */
export const terminal = (message: Message, colour: boolean): string => {
  const { finding, detection } = message;
  const news = message.transition.kind === 'first' ? '' : `${message.headline}: `;
  const dim = (text: string) => (colour ? `\u001b[2m${text}\u001b[0m` : text);
  const row = (name: string, value: string) => `  ${dim(name.toLowerCase().padEnd(9))}${value}`;
  const next = detection.runbook[0];
  return [
    `${severityTag(finding.severity, colour)} ${news}${plain(finding.title, 300)}`,
    ...rows(message, 3)
      .filter(([name, value]) => name !== 'Status' && (name !== 'Chain' || value.length <= shortChain))
      .map(([name, value]) => row(name, value.replaceAll('\n         ', ', '))),
    ...finding.notes.slice(0, 2).map(note => row('note', plain(note, 300))),
    ...(next === undefined ? [] : [row('do', next)]),
    row('finding', `${finding.id}  ${finding.detection}`),
  ].join('\n');
};
