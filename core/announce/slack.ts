import type { Severity } from '../detection.ts';
import { code, mrkdwn, prose, slackPlain } from '../escape.ts';
import { chainText } from './chain.ts';
import { partsOf } from './commands.ts';
import { countText, type Message, whenText } from './message.ts';
import { seenText } from './seen.ts';
import { changeNames, ownerTexts, some, whereText } from './text.ts';

/** Slack developer documentation, "Block Kit": what a message may hold. */
export const slackLimits = { blocks: 50, header: 150, text: 3000, fields: 10, field: 2000, elements: 10 } as const;

interface Text {
  readonly type: 'mrkdwn' | 'plain_text';
  readonly text: string;
  readonly verbatim?: true;
  readonly emoji?: boolean;
}

/** A block of a Slack message, of the kinds that we write (Slack developer documentation, "Block Kit"). */
export type Block =
  | { readonly type: 'header'; readonly text: Text }
  | { readonly type: 'section'; readonly text: Text }
  | { readonly type: 'section'; readonly fields: readonly Text[] }
  | { readonly type: 'context'; readonly elements: readonly Text[] }
  | { readonly type: 'actions'; readonly elements: readonly Button[] };

/** A button; what pressing it sends names `action_id` and `value`. */
export interface Button {
  readonly type: 'button';
  readonly action_id: string;
  readonly value: string;
  readonly text: Text;
  readonly confirm?: { readonly title: Text; readonly text: Text; readonly confirm: Text; readonly deny: Text };
}

/** What is posted to an incoming webhook. */
export interface SlackMessage {
  /** For notifications and screen readers; with blocks beside it, Slack does not show it twice. */
  readonly text: string;
  /** The header. */
  readonly blocks: readonly Block[];
  /** The rest, with the severity's colour at its side. */
  readonly attachments: readonly [{ readonly color: string; readonly blocks: readonly Block[] }];
  readonly unfurl_links: false;
  readonly unfurl_media: false;
}

/** A severity's sign and the colour at a message's side. */
export const looks: { readonly [S in Severity]: { readonly sign: string; readonly color: string } } = {
  critical: { sign: '🟥', color: '#b3001b' },
  high: { sign: '🟧', color: '#e8710a' },
  medium: { sign: '🟨', color: '#e2b203' },
  low: { sign: '🟦', color: '#3b78c4' },
};

/** Not altered by Slack: nothing in it becomes a link, a channel or a mention that we did not write as one. */
export const marked = (text: string): Text => ({ type: 'mrkdwn', text, verbatim: true });
const section = (text: string): Block => ({ type: 'section', text: marked(text) });

/** Joins lines while they fit, and says how many did not. Never cuts a line, so no span is left open. */
const lines = (all: readonly string[], max: number): string => {
  const whole = all.join('\n');
  if (whole.length <= max) return whole;
  let text = '';
  for (const [at, line] of all.entries()) {
    const next = text === '' ? line : `${text}\n${line}`;
    if (next.length > max - '\nand 1000 more'.length) return `${text}\nand ${all.length - at} more`;
    text = next;
  }
  return text;
};

const field = (name: string, values: readonly string[]): readonly Text[] => {
  const { shown, more } = some(values.map(value => code(value, 256)).filter(Boolean), 5);
  if (shown.length === 0) return [];
  return [marked(lines([`*${name}*`, ...shown, ...(more > 0 ? [`and ${more} more`] : [])], slackLimits.field))];
};

const heading = (name: string, all: readonly string[]): readonly Block[] =>
  all.length === 0 ? [] : [section(lines([`*${name}*`, ...all], slackLimits.text))];

/** A step with its commands as code, in which Slack formats nothing; one that is longer than a text may be ends in `…`. */
const step = (text: string, at: number): string => {
  let shown = `${at + 1}. `;
  for (const part of partsOf(text)) {
    const room = slackLimits.text - '*What to do*\n'.length - shown.length;
    if (room < 20) return `${shown}…`;
    shown += part.kind === 'code' ? `\`${prose(part.text, room - 3)}\`` : prose(part.text, room - 1);
  }
  return shown;
};

/** Steps in as few sections as there is room in: none is cut for those before it. */
const steps = (runbook: readonly string[]): readonly Block[] => {
  const texts: string[] = [];
  for (const one of runbook.map(step)) {
    const last = texts.at(-1);
    if (last === undefined) texts.push(`*What to do*\n${one}`);
    else if (last.length + one.length < slackLimits.text) texts[texts.length - 1] = `${last}\n${one}`;
    else texts.push(one);
  }
  return texts.map(section);
};

const isCut = (title: string): boolean => slackPlain(title) !== slackPlain(title, slackLimits.header);

/** The announcement as a Slack message: severity at a glance, who, what, where, when, why it matters, what to do. */
export const slackMessage = (message: Message): SlackMessage => {
  const { finding, detection, evidence } = message;
  const { sign, color } = looks[finding.severity];
  const chain = chainText(
    (evidence.chain ?? []).filter(({ value }) => value.trim() !== ''),
    value => code(value, 256),
  );
  const seen = seenText(finding.seen);
  const changes = message.transition.changes
    .filter(({ kind, value }) => changeNames[kind] !== '' && value !== '')
    .map(({ kind, value }) => `${changeNames[kind]} ${code(value, 256)}`);
  const techniques = detection.attack.techniques.map(({ id, name }) => `${id} ${name}`).join(', ');

  const title = `${sign} ${finding.severity.toUpperCase()} · ${finding.title}`;
  const header: Block = {
    type: 'header',
    text: {
      type: 'plain_text',
      text: slackPlain(title, slackLimits.header),
      emoji: false,
    },
  };
  const blocks: readonly Block[] = [
    // A header holds 150 characters: who did what to what, and why that is odd, may need more.
    section(
      lines(
        [`*${message.headline}*`, ...(isCut(title) ? [mrkdwn(finding.title, 1000)] : []), ...changes],
        slackLimits.text,
      ),
    ),
    {
      type: 'section',
      fields: [
        ...field('Who', finding.principals),
        ...field('What', finding.resources),
        ...field('Owner', ownerTexts(message)),
        ...field('From', finding.addresses),
        ...field('Where', [whereText(message)]),
        marked(`*When*\n${whenText(message)}`),
        marked(`*Count*\n${countText(message)}`),
        ...(seen === '' ? [] : [marked(`*Seen*\n${seen}`)]),
        ...field('Assignee', finding.assignee === undefined ? [] : [finding.assignee]),
        marked(`*Status*\n${finding.status}`),
      ],
    },
    ...heading('Chain', chain === '' ? [] : [chain]),
    ...heading(
      'Note',
      finding.notes.slice(0, 5).map(note => mrkdwn(note, 500)),
    ),
    ...heading('Why it matters', detection.why === '' ? [] : [prose(detection.why, 2000)]),
    ...steps(detection.runbook),
    ...heading(
      'Evidence',
      evidence.lines.map(({ label, value }) => `${label} ${code(value, 300)}`),
    ),
    ...heading('Look further', [
      ...message.links.map(({ label, url }) => `<${url}|${label}>`),
      ...message.commands.map(({ command }) => code(command, 900)),
    ]),
    {
      type: 'context',
      elements: [
        marked(`finding \`${finding.id}\` · ${code(finding.detection, 100)} · ${code(message.id, 100)}`),
        ...(techniques === '' ? [] : [marked(prose(`ATT&CK ${detection.attack.version}: ${techniques}`, 1000))]),
      ],
    },
  ];
  return {
    text: mrkdwn(`${sign} ${finding.severity.toUpperCase()} ${finding.title}`, 300),
    blocks: [header],
    attachments: [{ color, blocks }],
    unfurl_links: false,
    unfurl_media: false,
  };
};
