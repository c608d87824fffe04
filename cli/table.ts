import { shown } from './shown.ts';

const width = (text: string): number => [...text].length;

const cut = (text: string, columns: number): string =>
  width(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`;

/** A column of a table whose rows are made of `R`. */
export interface Column<R> {
  readonly head: string;
  readonly cell: (row: R) => string;
  readonly align?: 'left' | 'right';
  /** Colours the padded cell; called only on a terminal. */
  readonly paint?: (row: R, text: string) => string;
}

/** The last column is not squeezed below this: on a narrower terminal it gets a line of its own. */
const leastLast = 30;
const gap = '  ';

/** Columns as they follow one another in lines that fit a terminal; one line where nothing is known of its width. */
const folded = (widths: readonly number[], columns: number): readonly (readonly number[])[] => {
  const lines: number[][] = [];
  let room = -1;
  for (const [index, width] of widths.entries()) {
    const needed = index === widths.length - 1 ? Math.min(width, leastLast) : width;
    if (room < needed) {
      lines.push([]);
      room = columns - (lines.length === 1 ? 0 : gap.length);
    }
    lines.at(-1)?.push(index);
    room -= width + gap.length;
  }
  return lines;
};

/**
 * Rows as aligned lines with a head. On a terminal that is too narrow for a row it is folded between columns, what follows indented;
 * the last column is cut to what is left of its line.
 * @param told the terminal's width; absent for files and pipes, and 0 where a terminal does not say it (a serial console, `script`):
 * nothing is folded or cut there
 */
export const table = <R>(rows: readonly R[], spec: readonly Column<R>[], told = 0, colour = false): string => {
  const columns = told > 0 ? told : Number.POSITIVE_INFINITY;
  const cells = rows.map(row => spec.map(column => shown(column.cell(row))));
  const widths = spec.map((column, index) =>
    Math.max(width(column.head), ...cells.map(row => width(row[index] ?? ''))),
  );
  const lines = folded(widths, columns);
  const last = spec.length - 1;
  const before = (lines.at(-1) ?? []).slice(0, -1).reduce((sum, index) => sum + (widths[index] ?? 0) + gap.length, 0);
  const indent = lines.length > 1 ? gap.length : 0;
  widths[last] = Math.min(widths[last] ?? 0, Math.max(12, columns - indent - before));
  const block = (texts: readonly string[], row?: R): string =>
    lines
      .map((indices, at) =>
        [
          at === 0 ? '' : gap,
          indices
            .map(index => {
              const column = spec[index];
              const room = widths[index] ?? 0;
              const text = cut(texts[index] ?? '', room);
              const blank = ' '.repeat(room - width(text));
              const padded = column?.align === 'right' ? blank + text : text + blank;
              return colour && row !== undefined && column?.paint !== undefined ? column.paint(row, padded) : padded;
            })
            .join(gap),
        ]
          .join('')
          .trimEnd(),
      )
      .join('\n');
  const head = block(spec.map(column => column.head));
  return [
    colour ? head.replace(/^.*$/gm, '\u001b[2m$&\u001b[0m') : head,
    ...rows.map((row, index) => block(cells[index] ?? [], row)),
  ].join('\n');
};
