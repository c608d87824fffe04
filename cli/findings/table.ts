import type { Severity } from '../../core/detection.ts';
import type { Finding } from '../../core/finding.ts';
import { isColoured } from '../shown.ts';
import { table } from '../table.ts';

const paints: Readonly<Record<Severity, string>> = { critical: '1;31', high: '31', medium: '33', low: '2' };

/** A text in the colour of a severity. */
const painted = (severity: Severity, text: string): string => `\u001b[${paints[severity]}m${text}\u001b[0m`;

const clock = (time: number): string => `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')}`;

/** Findings as aligned lines, most severe first as given; the title is cut to the terminal's width. */
export const findingsTable = (findings: readonly Finding[], out: { isTTY?: boolean; columns?: number }): string => {
  const colour = isColoured(out);
  return table(
    findings,
    [
      { head: 'ID', cell: one => one.id },
      { head: 'SEVERITY', cell: one => one.severity, paint: (one, text) => painted(one.severity, text) },
      { head: 'STATUS', cell: one => (one.ruleStatus === 'watching' ? `${one.status} (watching)` : one.status) },
      { head: 'COUNT', cell: one => String(one.count), align: 'right' },
      { head: 'FIRST (UTC)', cell: one => clock(one.first) },
      { head: 'LAST (UTC)', cell: one => clock(one.last) },
      { head: 'DETECTION', cell: one => one.detection },
      { head: 'WHAT', cell: one => one.title },
    ],
    out.isTTY ? out.columns : undefined,
    colour,
  );
};
