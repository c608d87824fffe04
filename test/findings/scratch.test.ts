import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { scratchFile } from '../../adapters/scratch.ts';
import { type MemoryFindings, memoryFindings } from '../../core/findings/memory.ts';
import type { Match } from '../../core/match.ts';
import type { Scratch } from '../../core/scratch.ts';
import { match, minute, noon } from './matches.ts';

/** Five hundred findings in an order in which each is met again long after it was put away. */
const traffic = Array.from({ length: 1_200 }, (_, at) =>
  match({
    eventId: `event-${at}`,
    time: noon + (at % 7) * 90 * minute,
    key: { principal: `role-${at % 500}` },
    title: `é ${at}`,
    severity: at % 5 === 0 ? 'critical' : 'low',
  }),
);

it('findings that lie in a scratch file are what they are in memory', async () => {
  const scratch = scratchFile();
  const [near, far] = [memoryFindings(), memoryFindings(scratch)];
  for (let at = 0; at < traffic.length; at += 50)
    for (const findings of [near, far]) await findings.fold(traffic.slice(at, at + 50), noon);
  expect(far.stored()).toEqual(near.stored());
  expect(far.list()).toEqual(near.list());
  expect(far.briefs()).toEqual(near.list().map(({ finding: { id, severity, last } }) => ({ id, severity, last })));
  expect(far.get(near.list()[7]?.finding.id ?? '')).toEqual(near.list()[7]);
  expect(() => far.get('none')).toThrow('no finding none');
  scratch.close();
});

/** A scratch in memory that counts what is written. */
const counting = () => {
  const texts: string[] = [];
  const written: { readonly text: string; readonly before: number | undefined }[] = [];
  const scratch: Scratch = {
    write: (text, before) => {
      written.push({ text, before });
      return texts.push(text) - 1;
    },
    read: place => texts[place] ?? '',
    free: () => {},
  };
  return { findings: memoryFindings(scratch), written };
};
const inTurn = async (findings: MemoryFindings, some: readonly Match[]) => {
  for (const one of some) await findings.fold([one], noon);
};

it('two windows of a finding are at hand, and four hundred findings; only what is folded into comes back', async () => {
  const hours = (count: number) =>
    Array.from({ length: count }, (_, at) => match({ eventId: `e${at}`, time: noon + at * 60 * minute }));
  const one = counting();
  await inTurn(one.findings, hours(2));
  expect(one.written).toEqual([]);
  await inTurn(one.findings, hours(5).slice(2));
  expect(one.written).toHaveLength(3);
  // The first window is folded into again: it lies where it lay, and the one before the last goes.
  await inTurn(one.findings, [match({ eventId: 'again' }), match({ eventId: 'and again' })]);
  expect(one.written.map(({ before }) => before)).toEqual([undefined, undefined, undefined, undefined]);
  // And so is the last one, so that the first goes before it.
  await inTurn(one.findings, [match({ eventId: 'late', time: noon + 4 * 60 * minute }), ...hours(7).slice(5)]);
  expect(one.written.map(({ before }) => before).slice(4)).toEqual([0, undefined]);

  const keyed = (count: number) =>
    Array.from({ length: count }, (_, at) => match({ eventId: `e${at}`, key: { principal: `p${at}` } }));
  const several = counting();
  await inTurn(several.findings, keyed(400));
  expect(several.written).toEqual([]);
  await inTurn(several.findings, [...keyed(400).slice(0, 1), ...keyed(401).slice(400)]);
  // A window and its case, of the finding that was folded into longest ago.
  expect(several.written).toHaveLength(2);
  expect(several.written.at(-1)?.text).toContain('"p1"');
  expect(several.findings.briefs()).toHaveLength(401);

  // Fifty windows that are away weigh as much as a finding.
  const heavy = counting();
  await inTurn(heavy.findings, hours(52));
  await inTurn(heavy.findings, keyed(398));
  expect(heavy.written).toHaveLength(50);
  await inTurn(heavy.findings, keyed(399).slice(398));
  expect(heavy.written).toHaveLength(53);
});

it('a scratch file has no name', () => {
  const named = () => readdirSync(tmpdir()).filter(name => name.startsWith('tripline-') && name.length === 15);
  const before = named();
  const scratch = scratchFile();
  expect(scratch.read(scratch.write('a text'))).toBe('a text');
  expect(named().filter(name => !before.includes(name))).toEqual([]);
  scratch.close();
});

it('says where no temporary file can be written, and what to do', () => {
  const { TMPDIR } = process.env;
  process.env['TMPDIR'] = import.meta.filename;
  const scratch = scratchFile();
  expect(() => scratch.write('a text')).toThrow(
    /^no temporary file can be written in .+scratch\.test\.ts \(ENOTDIR\); .+: set TMPDIR to a directory with room$/,
  );
  if (TMPDIR === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = TMPDIR;
  expect(scratch.read(scratch.write('a text'))).toBe('a text');
  scratch.close();
});

it('room in a scratch file is used again, and what grew out of it is read back whole', () => {
  const scratch = scratchFile();
  const texts = ['é'.repeat(100), 'x'.repeat(250), 'y'.repeat(100_000)];
  const places = texts.map(text => scratch.write(text));
  const [first = 0, second = 0, third = 0] = places;
  expect(scratch.write('shorter', first)).toBe(first);
  expect(scratch.read(first)).toBe('shorter');
  const moved = scratch.write('z'.repeat(5_000), first);
  expect(places).not.toContain(moved);
  expect(scratch.write('new')).toBe(first);
  expect([first, second, third, moved].map(scratch.read)).toEqual(['new', texts[1], texts[2], 'z'.repeat(5_000)]);
  scratch.close();
});
