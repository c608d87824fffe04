import { type Severity, severities } from '../detection.ts';
import type { Report } from './report.ts';

/** Severities in colours that differ in lightness too, so that they part in grey print. */
export const colours: { readonly [S in Severity]: string } = {
  critical: '#8f0a1f',
  high: '#e0651b',
  medium: '#e9b92c',
  low: '#9dbfe3',
};

const width = 720;
const height = 200;
const left = 44;
const bottom = 28;
const top = 18;

/** Round numbers for an axis, from 0 to at least the greatest. */
const ticksOf = (greatest: number): readonly number[] => {
  const rough = Math.max(1, greatest) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map(times => times * power).find(one => one >= rough) ?? 1);
  return Array.from({ length: Math.ceil(Math.max(1, greatest) / step) + 1 }, (_, at) => at * step);
};

interface Bar {
  readonly day: string;
  /** From the bottom up. */
  readonly parts: readonly { readonly name: string; readonly value: number; readonly colour: string }[];
}

const plot = (title: string, bars: readonly Bar[]): string => {
  const totals = bars.map(({ parts }) => parts.reduce((sum, { value }) => sum + value, 0));
  const ticks = ticksOf(Math.max(0, ...totals));
  const highest = ticks.at(-1) ?? 1;
  const slot = (width - left) / Math.max(1, bars.length);
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / highest);
  const every = Math.max(1, Math.ceil(bars.length / 8));
  const lines = ticks.map(
    tick =>
      `<line x1="${left}" x2="${width}" y1="${y(tick)}" y2="${y(tick)}" class="grid"/><text x="${left - 6}" y="${y(tick) + 4}" text-anchor="end">${tick}</text>`,
  );
  const drawn = bars.flatMap(({ day, parts }, at) => {
    let below = 0;
    return parts.flatMap(({ name, value, colour }) => {
      if (value === 0) return [];
      const [low, high] = [y(below), y(below + value)];
      below += value;
      const x = left + at * slot + slot * 0.12;
      return [
        `<rect x="${x.toFixed(1)}" y="${high.toFixed(1)}" width="${(slot * 0.76).toFixed(1)}" height="${(low - high).toFixed(1)}" fill="${colour}"><title>${day}: ${value} ${name}</title></rect>`,
      ];
    });
  });
  const days = bars.flatMap(({ day }, at) =>
    at % every === 0
      ? [
          `<text x="${(left + (at + 0.5) * slot).toFixed(1)}" y="${height - 6}" text-anchor="middle">${day.slice(5)}</text>`,
        ]
      : [],
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">${[...lines, ...drawn, ...days].join('')}</svg>`;
};

/** New findings by day, a bar of severities; inline SVG without a script. All in it is ours: days, numbers, severities. */
export const startedPlot = ({ days }: Report): string =>
  plot(
    'New findings by day',
    days.map(({ day, started }) => ({
      day,
      parts: severities.toReversed().map(name => ({ name, value: started[name], colour: colours[name] })),
    })),
  );

/** Resolutions by day. */
export const resolvedPlot = ({ days }: Report): string =>
  plot(
    'Findings resolved by day',
    days.map(({ day, resolved }) => ({ day, parts: [{ name: 'resolved', value: resolved, colour: '#4c7d4f' }] })),
  );

/** Permissions of node roles that nodes do not need, by day as the inventory found them. */
export const permissionsPlot = ({ nodeRoles }: Report): string =>
  plot(
    'High-risk permissions of node roles by day',
    nodeRoles.days.map(({ day, riskyPermissions }) => ({
      day,
      parts: [{ name: 'high-risk permissions', value: riskyPermissions, colour: colours.high }],
    })),
  );
