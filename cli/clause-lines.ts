import type { Explained, Explanation } from '../core/pattern/explain.ts';
import { shown } from './shown.ts';

/** Longest condition and longest value on a line. */
const long = 120;

/** An explanation as lines: what each clause asks, what it found, and whether it held by itself. */
export const clauseLines = ({ clauses, elsewhere }: Explanation, indent = '  '): readonly string[] => [
  ...clauses.flatMap(clause => lines(clause, indent)),
  ...(elsewhere ? [`${indent}✗ each of these holds, but not all for the same element of a list`] : []),
];

const lines = (clause: Explained, indent: string): readonly string[] => {
  const mark = clause.held ? '✓' : '✗';
  if (clause.clause === '$or')
    return [
      `${indent}${mark} $or, ${clause.branches.filter(({ held }) => held).length} of ${clause.branches.length} hold:`,
      ...clause.branches.flatMap((branch, index) => [
        `${indent}  ${branch.held ? '✓' : '✗'} branch ${index + 1}`,
        ...clauseLines(branch, `${indent}    `),
      ]),
    ];
  const asks = cut(clause.asks.map(one => JSON.stringify(one)).join(' or '));
  const found = clause.found.length === 0 ? 'nothing' : cut(clause.found.map(one => JSON.stringify(one)).join(', '));
  return [`${indent}${mark} ${shown(pathText(clause.path))}: asks ${shown(asks)}, found ${shown(found)}`];
};

const pathText = (path: readonly string[]): string =>
  path
    .map((step, index) => (/^[\w$-]+$/.test(step) ? `${index === 0 ? '' : '.'}${step}` : `[${JSON.stringify(step)}]`))
    .join('');

const cut = (text: string): string => (text.length <= long ? text : `${text.slice(0, long - 1)}…`);
