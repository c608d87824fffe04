import { severities } from '../detection.ts';
import { plain } from '../escape.ts';
import { colours, permissionsPlot, resolvedPlot, startedPlot } from './plot.ts';
import { ages, type Report, shareText, spanText } from './report.ts';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text from an event in a page: visible characters, and no markup. */
const html = (text: string, max = 200): string => plain(text, max).replace(/[&<>"']/g, mark => entities[mark] ?? mark);

const style = `
:root{color-scheme:light;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5}
*{box-sizing:border-box}
body{margin:0 auto;max-width:60rem;padding:1rem;font:16px/1.45 system-ui,sans-serif;color:var(--ink);background:#fff}
h1{font-size:1.5rem;margin:.2rem 0}h2{font-size:1.1rem;margin:2rem 0 .4rem;border-bottom:2px solid var(--line);padding-bottom:.2rem}
p{margin:.3rem 0}.soft{color:var(--soft);font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr));gap:.6rem;margin:1rem 0}
.tile{border:1px solid var(--line);border-radius:.4rem;padding:.6rem .8rem}.tile b{display:block;font-size:1.6rem;line-height:1.2}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.35rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:600}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}td.n{white-space:nowrap}.sv{white-space:nowrap}
td.t{overflow-wrap:anywhere;min-width:11rem}
.s{display:inline-block;width:.75rem;height:.75rem;border-radius:.15rem;margin-right:.4rem;vertical-align:-.05rem;print-color-adjust:exact;-webkit-print-color-adjust:exact}
svg{width:100%;height:auto;display:block;print-color-adjust:exact;-webkit-print-color-adjust:exact}
svg text{font:11px system-ui,sans-serif;fill:#5b6675}svg .grid{stroke:#e3e7ec}
@media (max-width:36rem){body{font-size:15px;padding:.7rem}svg text{font-size:20px}table{font-size:.82rem}th,td{padding:.35rem .2rem}td.t{min-width:7.5rem}.x{display:none}}
@media print{body{max-width:none;padding:0;font-size:10.5pt}h2{break-after:avoid}tr,svg,.tile{break-inside:avoid}.wide,.plot{overflow:visible}}
`.trim();

const swatch = (severity: keyof typeof colours): string =>
  `<span class="sv"><span class="s" style="background:${colours[severity]}"></span>${severity}</span>`;

interface Column<R> {
  readonly head: string;
  /** Markup: what comes from an event went through {@link html}. */
  readonly cell: (row: R) => string;
  /** A number, a long text, a number that a phone leaves out. */
  readonly kind?: 'n' | 't' | 'n x';
}

const table = <R>(rows: readonly R[], columns: readonly Column<R>[], nothing: string): string => {
  if (rows.length === 0) return `<p class="soft">${nothing}</p>`;
  const tag = (name: 'th' | 'td', { kind }: Column<R>, text: string): string =>
    `<${name}${kind === undefined ? '' : ` class="${kind}"`}>${text}</${name}>`;
  const head = columns.map(column => tag('th', column, column.head)).join('');
  const body = rows.map(row => `<tr>${columns.map(column => tag('td', column, column.cell(row))).join('')}</tr>`);
  return `<div class="wide"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
};

const n = <R>(head: string, cell: (row: R) => string | number): Column<R> => ({
  head,
  kind: 'n',
  cell: row => String(cell(row)),
});

const extra = <R>(head: string, cell: (row: R) => string | number): Column<R> => ({ ...n(head, cell), kind: 'n x' });

const tile = (value: string, label: string): string => `<div class="tile"><b>${value}</b>${label}</div>`;

/**
 * The report as one page that needs nothing else: no script, no address, legible on a phone and in print. Its policy forbids
 * what it does not need, so that even markup that slipped through could load and run nothing.
 */
export const reportHtml = (report: Report): string => {
  const { nodeRoles, open } = report;
  const total = open.reduce((sum, one) => sum + one.total, 0);
  const [ack, resolved] = [report.acknowledged[0], report.resolved[0]];
  const rolesNow = nodeRoles.days.at(-1);
  const passing = nodeRoles.known - nodeRoles.failing.length;
  const span = `${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}`;
  const legend = severities
    .toReversed()
    .map(severity => `<span style="margin-right:1rem">${swatch(severity)}</span>`)
    .join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Tripline report, ${span}</title><style>${style}</style></head><body>
<h1>Tripline report</h1>
<p class="soft">${report.findings} findings: all that are open, and those that ended, with their newest event from ${span} (UTC). Rules that only watch count among the noisiest detections and nowhere else.</p>
<div class="tiles">${[
    tile(String(total), 'open findings'),
    tile(String(open[0]?.total ?? 0), 'of them critical'),
    tile(spanText(ack?.mean), 'mean time to acknowledge'),
    tile(spanText(resolved?.mean), 'mean time to resolve'),
    rolesNow === undefined
      ? tile(shareText(passing, nodeRoles.known), 'of node roles without a policy finding')
      : tile(shareText(rolesNow.compliant, rolesNow.nodeRoles), 'of node roles fully compliant'),
  ].join('')}</div>
<h2>Open, by severity and age</h2>
${table(
  open,
  [
    { head: 'Severity', cell: row => swatch(row.severity) },
    ...ages.map(({ label }, at) => n<(typeof open)[number]>(html(label), row => row.byAge[at] ?? 0)),
    n<(typeof open)[number]>('All', row => row.total),
  ],
  'Nothing is open.',
)}
<h2>New findings by day</h2><p class="soft">${legend}</p><div class="plot">${startedPlot(report)}</div>
<h2>Resolved by day</h2><div class="plot">${resolvedPlot(report)}</div>
<h2>Time to acknowledge and to resolve</h2>
<p class="soft">From a finding's first event to the first act that took it up (acknowledged, suppressed or resolved), and to its resolution.</p>
${table(
  report.acknowledged.map((one, at) => ({ ack: one, end: report.resolved[at] })),
  [
    { head: 'Severity', cell: ({ ack: one }) => (one.severity === 'all' ? '<b>all</b>' : swatch(one.severity)) },
    n('Taken up', ({ ack: one }) => one.findings),
    n('mean', ({ ack: one }) => spanText(one.mean)),
    extra('median', ({ ack: one }) => spanText(one.median)),
    n('Resolved', ({ end }) => end?.findings ?? 0),
    n('mean', ({ end }) => spanText(end?.mean)),
    extra('median', ({ end }) => spanText(end?.median)),
  ],
  '',
)}
<h2>Repeat offenders</h2>
${table(
  report.offenders,
  [
    { head: 'Principal', kind: 't', cell: row => html(row.principal) },
    { head: 'Worst', cell: row => swatch(row.worst) },
    n('Findings', row => row.findings),
    extra('Detections', row => row.detections),
    n('Open', row => row.open),
  ],
  'No principal took part in more than one finding.',
)}
<h2>Noisiest detections</h2>
<p class="soft">The share of false positives is of the findings that somebody gave a verdict on.</p>
${table(
  report.noisiest,
  [
    { head: 'Detection', kind: 't', cell: row => html(row.detection) },
    n('Findings', row => row.findings),
    extra('Events', row => row.events),
    n('Judged', row => row.judged),
    n('False pos.', row => shareText(row.falsePositives, row.judged)),
    extra('Benign', row => shareText(row.benign, row.judged)),
  ],
  'No findings.',
)}
<h2>Node roles</h2>
${rolesNow === undefined ? '' : `<p>${rolesNow.compliant} of ${rolesNow.nodeRoles} node roles (${shareText(rolesNow.compliant, rolesNow.nodeRoles)}) were fully compliant on ${rolesNow.day}; their policies allow ${rolesNow.riskyPermissions} high-risk permissions, which nodes do not need.</p><p class="soft">High-risk permissions of node roles by day</p><div class="plot">${permissionsPlot(report)}</div>`}
${nodeRoles.remediated.findings === 0 ? '' : `<p>Policies of node roles: ${nodeRoles.remediated.findings} remediated, in ${spanText(nodeRoles.remediated.mean)} on average (median ${spanText(nodeRoles.remediated.median)}).</p>`}
<p>${nodeRoles.known === 0 ? 'Neither settings nor findings name a node role.' : `${passing} of ${nodeRoles.known} node roles that settings or findings name have no unresolved finding about their policies or trust.`}</p>
${table(
  nodeRoles.failing,
  [
    { head: 'Role', kind: 't', cell: row => html(row.role) },
    { head: 'Findings', kind: 't', cell: row => row.findings.map(id => html(id)).join(', ') },
  ],
  '',
)}
</body></html>
`;
};
