import { detections } from '../../detections/index.ts';
import type { Contestant } from '../contest.ts';
import type { Measured } from '../measure.ts';

/** A line of a table: what was measured, and its figures by column. */
export interface Row {
  readonly what: string;
  readonly figures: { readonly [column: string]: Measured | number | string };
}

/** What one part of the benchmark says. */
export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** What was measured in one unit, in another. */
export const scaled = ({ median, least, most, runs }: Measured, by: number): Measured => ({
  median: median * by,
  least: least * by,
  most: most * by,
  runs,
});

/** A contestant as a table names it. */
export const titleOf = (contestant: Contestant): string => {
  if (contestant === 'parse') return 'JSON.parse alone';
  if (contestant === 'read') return 'reading alone';
  if (typeof contestant === 'string') return contestant.replace(' of ', ' rules of the shapes of the ');
  return `${contestant} rules${contestant === detections.length ? ' (the catalogue)' : ''}`;
};

const number = (value: number): string =>
  Math.abs(value) >= 1_000
    ? value.toLocaleString('en-US', { maximumFractionDigits: 0 })
    : String(Number(value.toPrecision(3)));
const cell = (value: Measured | number | string | undefined): string => {
  if (value === undefined || typeof value === 'string') return value ?? '';
  if (typeof value === 'number') return number(value);
  return `${number(value.median)} (${number(value.least)} to ${number(value.most)})`;
};

/** A table in Markdown, with a heading. */
export const markdown = ({ title, rows }: Table): string => {
  const columns = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
  return [
    `### ${title}`,
    '',
    `| | ${columns.join(' | ')} |`,
    `|---|${columns.map(() => '--:|').join('')}`,
    ...rows.map(({ what, figures }) => `| ${what} | ${columns.map(column => cell(figures[column])).join(' | ')} |`),
    '',
  ].join('\n');
};
