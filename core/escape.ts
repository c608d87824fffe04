/**
 * Strings from events are data on every channel: they cannot mention, link, colour, reorder or hide.
 * An attacker chooses user agents, tags and names; each channel below has one function through which they pass.
 */

/** Control and format characters, private use, unassigned, lone surrogates, line separators, and all that is drawn as nothing. */
export const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/u;
const space = /\p{Zs}/u;

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

/** One code point as something that can be seen: `\n`, `\e`, `\u{202e}`; every kind of space is a space. */
const shown = (point: string): string => {
  if (space.test(point)) return ' ';
  if (!unseen.test(point)) return point;
  return named[point] ?? `\\u{${(point.codePointAt(0) ?? 0).toString(16)}}`;
};

/**
 * Shows a text point by point until `max` UTF-16 units would be exceeded; then it ends in `…`.
 * What one point is shown as is never cut, so no entity and no emoji is torn.
 */
const show = (text: string, max: number, point: (point: string) => string): string => {
  let all = '';
  let room = ''; // the longest prefix that leaves a unit for the ellipsis
  for (const each of text) {
    const next = all + point(each);
    if (next.length > max) return `${room}…`;
    if (next.length < max) room = next;
    all = next;
  }
  return all;
};

/** Marks on one letter that no language piles up: they would be drawn over the lines above and below. */
export const piled = /(?<=\p{M}{4})\p{M}+/gu;

/**
 * Breaks what mail clients, terminals and chat turn into a link: `https://` reads `https[:]//`, `www.` reads `www[.]`. Of marks
 * piled on a letter the first four stay.
 */
const defang = (text: string): string =>
  text
    .replace(piled, '…')
    .replace(/:(?=\/\/)/g, '[:]')
    .replace(/\b(www)\./gi, '$1[.]')
    .replace(/\b(mailto):/gi, '$1[:]');

/**
 * For mail, terminals and logs: one line of visible characters. No escape code, no bidirectional override, no link.
 * @param max longest result in UTF-16 units; a longer text ends in `…`
 */
export const plain = (text: string, max = Number.POSITIVE_INFINITY): string =>
  show(defang(text), Math.max(1, max), shown);

/** For a mail's subject (SNS: ASCII, no control characters, under 100, begins with a letter, digit or mark). */
export const subjectLine = (text: string, max = 99): string => {
  const letters = plain(text.normalize('NFKD'))
    .replace(/\p{M}/gu, '')
    .replace(/[‘’]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—·]/g, '-')
    .replace(/[^\x20-\x7e]/g, '?')
    .replace(/ +/g, ' ')
    .trim();
  // Once more: a mark that is gone may have stood in an address, and the dots of a cut must not make one.
  const ascii = defang(letters);
  return ascii.length <= max
    ? ascii
    : `${ascii
        .slice(0, max - 3)
        .trimEnd()
        .replace(/\bwww$/i, '')}...`;
};

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** What Slack's mrkdwn would format with, and what it looks like when it does not. */
const unformatted: Readonly<Record<string, string>> = {
  ...entities,
  '*': '∗',
  _: '＿',
  '~': '∼',
  '`': 'ˋ',
  '@': '＠',
  '#': '＃',
  ':': '∶',
};

/**
 * For running text in Slack's mrkdwn (Slack developer documentation, "Formatting text for app surfaces"): `&`, `<` and `>`
 * are entities, and what would format, mention, name a channel or draw an emoji is a look-alike.
 */
export const mrkdwn = (text: string, max = Number.POSITIVE_INFINITY): string =>
  show(defang(text), Math.max(1, max), point => unformatted[point] ?? shown(point));

/**
 * For a value in Slack's mrkdwn that people copy: a code span, in which only a backtick ends and only entities mean anything.
 * An empty value gives an empty text, because Slack has no empty span.
 */
export const code = (text: string, max = Number.POSITIVE_INFINITY): string => {
  const inner = show(defang(text), Math.max(1, max - 2), point =>
    point === '`' ? 'ˋ' : (entities[point] ?? shown(point)),
  );
  return inner.trim() === '' ? '' : `\`${inner}\``;
};

/** For our own prose in Slack's mrkdwn (reasons, runbooks): code spans stay, placeholders such as `<name>` are entities. */
export const prose = (text: string, max = Number.POSITIVE_INFINITY): string =>
  show(text, Math.max(1, max), point => entities[point] ?? shown(point));

const lookAlikes: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '&': '＆', '@': '＠' };

/** For a Slack `plain_text` object, which formats nothing: look-alikes where a renderer might read an entity or a mention. */
export const slackPlain = (text: string, max = Number.POSITIVE_INFINITY): string =>
  show(defang(text), Math.max(1, max), point => lookAlikes[point] ?? shown(point));
