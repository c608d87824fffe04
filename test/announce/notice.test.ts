import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../adapters/state-table.ts';
import { digestOf, noticeSchema, readNotice } from '../../core/announce/notice.ts';
import { noticeSlack, noticeSubject, noticeTerminal, noticeText } from '../../core/announce/notice-text.ts';
import { slackLimits } from '../../core/announce/slack.ts';
import { stormOf, stormTime } from '../../core/announce/storm.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { at, finding, hour } from './case.ts';
import { hostile } from './hostile.ts';
import { startTables, type Tables } from './tables.ts';

const id = (n: number) => n.toString(16).padStart(16, '0');
const many = (count: number, over = {}) => Array.from({ length: count }, (_, n) => finding({ id: id(n), ...over }));

describe('a digest', () => {
  test('says how many of each severity are open, the gravest and oldest first', () => {
    const digest = digestOf(
      [
        finding({ id: id(1) }),
        finding({ id: id(2), severity: 'critical', first: at + hour }),
        finding({ id: id(3), severity: 'critical', status: 'acknowledged', assignee: 'bob' }),
      ],
      false,
      at + 3 * hour,
    );
    expect(digest).toMatchObject({
      id: 'digest:2026-09-01',
      severity: 'critical',
      headline: 'Daily digest 2026-09-01: 3 open, 2 of them not acknowledged',
      counts: [
        { label: 'critical', count: 2 },
        { label: 'high', count: 1 },
      ],
    });
    expect(digest.findings.map(one => one.id)).toEqual([id(3), id(2), id(1)]);
    expect(noticeText(digest)).toContain('CRITICAL  180m'.replace('180m', '  3h'));
    expect(noticeText(digest)).toContain('(bob)');
  });

  test('says that nothing is open, and names what it leaves out', () => {
    expect(digestOf([], false, at)).toMatchObject({
      headline: 'Daily digest 2026-09-01: nothing is open',
      severity: 'low',
    });
    const digest = digestOf(many(40), true, at);
    expect(digest.headline).toContain('40+ open');
    expect(noticeText(digest)).toContain('and 25 or more others');
  });

  test('is read back as it was written, and nothing else is', () => {
    const digest = digestOf(many(3), false, at);
    expect(readNotice(JSON.parse(JSON.stringify(digest)))).toEqual(digest);
    expect(() => readNotice({ schema: noticeSchema, id: 1 })).toThrow(/not a notice of tripline\/notice\/1: /);
  });

  test.each(hostile)('shows %j as text on every channel, within its limits', text => {
    const digest = digestOf(many(20, { title: text, assignee: text, severity: 'high' }), false, at);
    const slack = noticeSlack({ ...digest, principal: text, account: text, detection: text });
    const texts = slack.attachments[0].blocks.flatMap(block =>
      block.type === 'context' ? block.elements.map(one => one.text) : 'text' in block ? [block.text.text] : [],
    );
    for (const shown of texts) {
      expect(shown.length).toBeLessThanOrEqual(slackLimits.text);
      expect(shown).not.toMatch(/<[!@#]|<http/);
    }
    expect(slack.attachments[0].blocks.length).toBeLessThanOrEqual(slackLimits.blocks);
    for (const shown of [noticeText(digest), noticeTerminal({ ...digest, principal: text }, false)])
      expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(noticeSubject(digest)).toMatch(/^[\x21-\x7e][\x20-\x7e]{0,98}$/);
  });
});

describe('a storm', () => {
  let tables: Tables;
  beforeAll(async () => {
    tables = await startTables();
  });
  afterAll(() => tables.stop());
  const storm = () => {
    const store = memoryStore();
    return (n: number, over = {}) => stormOf(store, finding({ id: id(n), due: at + n, ...over }), 5);
  };

  test('begins with one more than so many new findings, and is one storm', async () => {
    const tell = storm();
    const ids = [];
    for (let n = 0; n < 9; n++) ids.push((await tell(n))?.id);
    expect(ids.slice(0, 5)).toEqual(Array(5).fill(undefined));
    expect(new Set(ids.slice(5)).size).toBe(1);
    expect(ids[5]).toMatch(/^storm:[0-9a-f]{16}:2026-09-01T10:00:00.000Z$/);
  });

  test('is none of the same finding again and again', async () => {
    const tell = storm();
    for (let n = 0; n < 20; n++) expect(await tell(1)).toBeUndefined();
  });

  test.each([
    ['of another principal', { principals: ['bob'] }],
    ['of another detection', { detection: 'cloudtrail/launch-burst' }],
    ['of another account', { account: '444455556666' }],
    ['that is critical', { severity: 'critical' }],
    ['of nobody in particular', { principals: [] }],
    ['that came ten minutes later', { due: at + 9 + stormTime }],
  ])('is not what a finding %s belongs to', async (_, over) => {
    const tell = storm();
    for (let n = 0; n < 9; n++) await tell(n);
    expect(await tell(9, over)).toBeUndefined();
    expect(await tell(9)).toBeDefined();
  });

  test('that goes on across buckets of time keeps its name; after a pause there is another', async () => {
    const tell = storm();
    const names = new Set<string | undefined>();
    for (let n = 0; n < 60; n++) names.add((await tell(n, { due: at + n * 60_000 }))?.id);
    names.delete(undefined);
    expect(names.size).toBe(1);
    for (let n = 100; n < 110; n++) names.add((await tell(n, { due: at + 3 * hour + n }))?.id);
    names.delete(undefined);
    expect(names.size).toBe(2);
  });

  test('is the same over the table', async () => {
    const store = dynamoStore(tables.local.client, tables.local.tables.state);
    const said = [];
    for (let n = 0; n < 8; n++) said.push(await stormOf(store, finding({ id: id(n), due: at + n }), 5));
    expect(said.map(one => one !== undefined)).toEqual([false, false, false, false, false, true, true, true]);
    expect(await stormOf(store, finding({ id: id(0), due: at }), 5)).toBeUndefined();
  });
});
