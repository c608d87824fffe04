import { piled, unseen } from '../core/escape.ts';

const hidden = new RegExp(unseen, 'gu');

/** A character's UTF-16 units as JSON writes them. */
const escaped = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('');

/**
 * What begins a command to a build's agent, wherever in a line it stands (Azure Pipelines, "Logging commands": `##vso[…]`, `##[…]`;
 * TeamCity, "Service messages": `##teamcity[…]`): a name in a pull request could end the step that checks it as passed.
 */
const agents = /(?<=#)#(?=\w*\[)/g;

/**
 * Text that a terminal shows as it is, in one line: what could colour, reorder, hide, or command what reads a build's log becomes an
 * escape that can be seen. Unlike in a message, links stay as they are: what is copied from here is looked up elsewhere.
 */
export const shown = (text: string): string =>
  text.replace(hidden, escaped).replace(piled, escaped).replace(agents, escaped);

/** A value as one line of JSON that is as harmless on a terminal: the same value, with more of it escaped. */
export const jsonLine = (value: unknown): string => `${shown(JSON.stringify(value))}\n`;

/** The same over several lines, for people. */
export const jsonPage = (value: unknown): string =>
  `${JSON.stringify(value, undefined, 2).split('\n').map(shown).join('\n')}\n`;

/** Whether what is written there may be coloured (https://no-color.org, and terminals that say they are dumb). */
export const isColoured = ({ isTTY }: { readonly isTTY?: boolean }): boolean =>
  isTTY === true && (process.env['NO_COLOR'] ?? '') === '' && process.env['TERM'] !== 'dumb';
