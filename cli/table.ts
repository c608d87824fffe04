/** Text that a terminal shows as it is: control, bidi and zero-width characters become visible escapes (they could colour or hide). */
export const shown = (text: string): string =>
  text.replace(
    /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

const width = (text: string): number => [...text].length;

const cut = (text: string, columns: number): string =>
  width(text) <= columns ? text : `${[...text].slice(0, Math.max(0, columns - 1)).join('')}…`;

export interface Column<R> {
  readonly head: string;
  readonly cell: (row: R) => string;
  readonly align?: 'left' | 'right';
  /** Colours the padded cell; called only on a terminal. */
  readonly paint?: (row: R, text: string) => string;
}

/**
 * Rows as aligned lines with a head. The last left-aligned column is cut to the terminal's width where there is one.
 * @param columns the terminal's width, absent for files and pipes: nothing is cut there
 */
export const table = <R>(rows: readonly R[], spec: readonly Column<R>[], columns?: number, colour = false): string => {
  const cells = rows.map(row => spec.map(column => shown(column.cell(row))));
  const widths = spec.map((column, index) =>
    Math.max(width(column.head), ...cells.map(row => width(row[index] ?? ''))),
  );
  if (columns !== undefined) {
    const last = spec.length - 1;
    const others = widths.slice(0, last).reduce((sum, one) => sum + one + 2, 0);
    widths[last] = Math.max(12, Math.min(widths[last] ?? 0, columns - others));
  }
  const line = (texts: readonly string[], row?: R): string =>
    spec
      .map((column, index) => {
        const room = widths[index] ?? 0;
        const text = cut(texts[index] ?? '', room);
        const gap = ' '.repeat(room - width(text));
        const padded = column.align === 'right' ? gap + text : text + gap;
        return colour && row !== undefined && column.paint !== undefined ? column.paint(row, padded) : padded;
      })
      .join('  ')
      .trimEnd();
  const head = line(spec.map(column => column.head));
  return [colour ? `\u001b[2m${head}\u001b[0m` : head, ...rows.map((row, index) => line(cells[index] ?? [], row))].join(
    '\n',
  );
};
