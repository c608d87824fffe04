import { code, mrkdwn, plain, slackPlain, subjectLine } from '../escape.ts';
import { ageText, type Notice } from './notice.ts';
import { looks, marked, type SlackMessage, slackLimits } from './slack.ts';
import { severityTag } from './tag.ts';

/** The subject of a notice's mail. */
export const noticeSubject = ({ severity, headline }: Notice): string =>
  subjectLine(`[${severity.toUpperCase()}] ${headline}`);

const countsText = ({ counts }: Notice): string => counts.map(({ label, count }) => `${count} ${label}`).join(', ');

/** Who, what and where of a storm or a suppression; empty for a digest. */
const about = (notice: Notice): readonly (readonly [string, string])[] =>
  (
    [
      ['Detection', notice.detection],
      ['Who', notice.principal],
      ['Account', notice.account],
      ['Cluster', notice.cluster],
      ['Id', notice.suppression?.id ?? ''],
      ['Reason', notice.suppression?.reason ?? ''],
      ['Owner', notice.suppression?.owner ?? ''],
      ['Until', notice.suppression?.expires ?? ''],
      ['Pattern', notice.suppression?.when ?? ''],
    ] as const
  ).filter(([, value]) => value !== '');

const more = ({ total, findings }: Notice): number => Math.max(0, total - findings.length);

/** The notice as a mail's text, in plain visible characters. */
export const noticeText = (notice: Notice): string => {
  const rest = more(notice);
  const lines = [
    `${notice.severity.toUpperCase()}  ${notice.headline}`,
    ...(notice.counts.length === 0 ? [] : [countsText(notice)]),
    ...about(notice).map(([name, value]) => `${`${name}:`.padEnd(11)}${plain(value, 300)}`),
    ...(notice.findings.length === 0 ? [] : ['']),
    ...notice.findings.map(one =>
      [
        one.severity.toUpperCase().padEnd(8),
        ageText(notice, one.first).padStart(4),
        one.status.padEnd(12),
        one.id,
        plain(one.title, 200) + (one.assignee === undefined ? '' : ` (${plain(one.assignee, 100)})`),
      ].join('  '),
    ),
    ...(rest > 0 ? [`and ${rest}${notice.exact ? '' : ' or more'} others`] : []),
    ...(notice.advice === '' ? [] : ['', notice.advice]),
    '',
    '--',
    `notice ${notice.id}`,
  ];
  return `${lines.join('\n')}\n`;
};

/** The notice for a terminal, in short. */
export const noticeTerminal = (notice: Notice, colour: boolean): string => {
  const rows = [
    ...about(notice),
    ['Example', notice.kind === 'storm' ? (notice.findings[0]?.title ?? '') : ''] as const,
  ];
  return [
    `${severityTag(notice.severity, colour)} ${notice.headline}`,
    ...rows
      .filter(([, value]) => value !== '')
      .map(([name, value]) => `  ${name.toLowerCase().padEnd(11)}${plain(value, 300)}`),
    `  ${notice.advice}`,
  ].join('\n');
};

/** The notice as a Slack message. */
export const noticeSlack = (notice: Notice): SlackMessage => {
  const { sign, color } = looks[notice.severity];
  const rest = more(notice);
  const listed = notice.findings.map(
    one =>
      `${looks[one.severity].sign} ${ageText(notice, one.first)} ${code(one.title, 150)} ${one.status} \`${one.id}\`${
        one.assignee === undefined ? '' : ` ${code(one.assignee, 60)}`
      }`,
  );
  const paragraphs = [
    countsText(notice),
    about(notice)
      .map(([name, value]) => `*${name}* ${code(value, 256)}`)
      .join('\n'),
    ...chunked([...listed, ...(rest > 0 ? [`and ${rest}${notice.exact ? '' : ' or more'} others`] : [])]),
    notice.advice === '' ? '' : mrkdwn(notice.advice, 500),
  ].filter(Boolean);
  return {
    text: mrkdwn(`${sign} ${notice.headline}`, 300),
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: slackPlain(`${sign} ${notice.headline}`, slackLimits.header), emoji: false },
      },
    ],
    attachments: [
      {
        color,
        blocks: [
          ...paragraphs.map(text => ({ type: 'section', text: marked(text) }) as const),
          { type: 'context', elements: [marked(`notice ${code(notice.id, 100)}`)] },
        ],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  };
};

/** Lines in as few texts as Slack's limit allows. */
const chunked = (lines: readonly string[]): readonly string[] => {
  const texts: string[] = [];
  for (const line of lines) {
    const last = texts.at(-1);
    if (last === undefined || last.length + line.length + 1 > slackLimits.text) texts.push(line);
    else texts[texts.length - 1] = `${last}\n${line}`;
  }
  return texts;
};
