import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { scratchFile } from '../../adapters/scratch.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
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

it('a scratch file has no name', () => {
  const named = () => readdirSync(tmpdir()).filter(name => name.startsWith('tripline-') && name.length === 15);
  const before = named();
  const scratch = scratchFile();
  expect(scratch.read(scratch.write('a text'))).toBe('a text');
  expect(named().filter(name => !before.includes(name))).toEqual([]);
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
