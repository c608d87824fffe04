import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { text } from '../../core/json.ts';
import { batches, type DetectDeps, detect } from '../../core/pipeline.ts';
import type { Read, Rejected } from '../../core/read/contract.ts';
import { askHeard, streamOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { type MatchParts, match, noon } from './matches.ts';

const event = (eventName: string, n = 0): Read => ({
  kind: 'event',
  event: call('ec2', eventName, { eventID: `${eventName}-${n}`, eventTime: new Date(noon + n).toISOString() }),
});
const rejected = (where: string, count = 1): Read => ({
  kind: 'rejected',
  rejected: { reason: 'not-json', detail: 'It is no JSON.', where, bytes: new Uint8Array(1), cut: false, count },
});
const skipped: Read = { kind: 'skipped', why: 'control messages', count: 3 };

/** What is learned by `Learn…`, and asked by `Ask…`: a match of what was learned, if anything. */
const rules: DetectDeps['match'] = ({ id, time, record }) => {
  const eventName = text(record, 'eventName');
  const one = (over: MatchParts) => [match({ eventId: id, time, ...over })];
  const add = { known: [id] };
  const expires = noon + 1_000_000;
  if (eventName === 'RunInstances') return one({});
  if (eventName === 'Full') return one({ detection: 'pipeline/limit-reached' });
  if (eventName === 'Throw') return one({ detection: 'pipeline/rule-failed' });
  if (eventName === 'Learn')
    return one({ detection: 'knowledge/test', observations: [{ scope: 'a', add, expires }], decide: () => [] });
  if (eventName === 'Ask')
    return one({
      observations: [
        { scope: 'none', expires },
        { scope: 'a', expires },
      ],
      decide: ([, answer]) => one({ title: `knows ${(answer?.item['known'] ?? []).join(' ')}`, key: { asked: id } }),
    });
  return [];
};

const deps = () => {
  const kept: Rejected[] = [];
  const findings = memoryFindings();
  const quarantine = { keep: async (some: readonly Rejected[]) => void kept.push(...some) };
  return { match: rules, store: memoryStore(), findings, quarantine, kept };
};

describe('detecting', () => {
  it('counts what it read, matched, set aside and skipped', async () => {
    const more = rejected('the rest', 7);
    const with_ = deps();
    const reads = [
      event('RunInstances'),
      event('RunInstances', 1),
      event('Other'),
      rejected('line 1'),
      more,
      skipped,
      event('Throw'),
      event('Full'),
    ];
    expect(await detect(reads, with_)).toEqual({
      read: 5,
      matched: 4,
      rejected: 8,
      skipped: 3,
      ruleErrors: 1,
      overLimit: 1,
      findings: 3,
    });
    expect(with_.kept.map(({ where }) => where)).toEqual(['line 1', 'the rest']);
    expect(
      with_.findings
        .list()
        .map(({ finding }) => finding.count)
        .sort(),
    ).toEqual([1, 1, 2]);
  });
  it('leaves marks of every stream that was heard, quiet records too, and of the newest time', async () => {
    const heard = { source: 'kubernetes', account: '111122223333', cluster: 'prod', time: noon + 60_000 } as const;
    const with_ = deps();
    const times: number[] = [];
    const findings = { fold: async (_: readonly unknown[], now: number) => void times.push(now) };
    const reads: readonly Read[] = [event('RunInstances'), { kind: 'quiet', count: 7, heard }];
    expect(await detect(reads, { ...with_, findings })).toMatchObject({ read: 8, matched: 1 });
    expect(times).toEqual([noon + 60_000]);
    const marks = async (...stream: Parameters<typeof streamOf>) =>
      (await with_.store.observe([askHeard(streamOf(...stream), noon)])).flatMap(({ item }) => item['marks'] ?? []);
    expect(await marks('cloudtrail', '111122223333', '')).toEqual(['2026-09-01T12:00:00.000Z']);
    expect(await marks('kubernetes', '111122223333', 'prod')).toEqual(['2026-09-01T12:00:00.000Z']);
    expect(await marks('kubernetes', '111122223333', 'other')).toEqual([]);
    const earlier = { ...heard, time: noon - 60_000 };
    await detect([...reads, { kind: 'quiet', count: 1, heard: earlier }], { ...with_, findings });
    expect(times).toEqual([noon + 60_000, noon + 60_000]);
  });

  it('keeps what it is told to of the events', async () => {
    const with_ = deps();
    const keep: DetectDeps['keep'] = async events => [
      { scope: 'kept', add: { ids: events.map(({ id }) => id) }, expires: noon + 1_000_000 },
    ];
    await detect([event('Other'), event('Other', 1), skipped], { ...with_, keep });
    const [answer] = await with_.store.observe([{ scope: 'kept', expires: noon }]);
    expect(answer?.item).toEqual({ ids: ['Other-0', 'Other-1'] });
  });

  it('counts nothing of nothing', async () => {
    expect(await detect([], deps())).toEqual({
      read: 0,
      matched: 0,
      rejected: 0,
      skipped: 0,
      ruleErrors: 0,
      overLimit: 0,
      findings: 0,
    });
  });
  it("stores a batch's knowledge before anything recalls it, whatever came first", async () => {
    const with_ = deps();
    await detect([event('Ask'), event('Learn'), event('Learn', 1)], with_);
    expect(with_.findings.list()[0]?.finding.title).toBe('knows Learn-0 Learn-1');
  });
  it('gives each stateful match the answers to its own observations', async () => {
    const with_ = deps();
    await detect([event('Learn'), event('Ask'), event('Ask', 1)], with_);
    expect(with_.findings.list().map(({ finding }) => finding.title)).toEqual(['knows Learn-0', 'knows Learn-0']);
  });
  it('judges a stream, one by one or in pieces, batch by batch', async () => {
    async function* stream() {
      for (let n = 0; n < 10; n++)
        yield n % 2 === 0 ? event('RunInstances', n) : [event('RunInstances', n), event('Other', n)];
    }
    const with_ = deps();
    expect(await detect(stream(), { ...with_, batch: 4 })).toMatchObject({ read: 15, matched: 10, findings: 1 });
    expect(with_.findings.list()[0]?.finding.count).toBe(10);
  });
  it("takes the newest event's time for now unless told", async () => {
    const due = async (now?: number) => {
      const with_ = deps();
      const reads = [event('RunInstances'), event('Other', 500), event('Other', 20)];
      await detect(reads, now === undefined ? with_ : { ...with_, now });
      return with_.findings.list()[0]?.finding.due;
    };
    expect(await due()).toBe(noon + 500);
    expect(await due(noon + 7)).toBe(noon + 7);
    expect(await due(noon + 25 * 3_600_000)).toBeUndefined();
  });
});

describe('where I/O fails, detecting throws after the rest was tried', () => {
  const fails = async () => {
    throw new Error('throttled');
  };
  it('at the store: what needs no state is folded', async () => {
    const with_ = deps();
    await expect(
      detect([event('Ask'), event('RunInstances')], { ...with_, store: { ...with_.store, observe: fails } }),
    ).rejects.toThrow('throttled');
    expect(with_.findings.list()).toHaveLength(1);
  });
  it.each([
    ['what is asked of the state', 'Ask', 1],
    ['what may still be found', 'RunInstances', 1],
  ])('at the store once, for %s, though it answers again', async (_, name, findings) => {
    const with_ = deps();
    let asked = 0;
    const observe: DetectDeps['store']['observe'] = some => (++asked === 1 ? fails() : with_.store.observe(some));
    const store = { ...with_.store, observe };
    await expect(detect([event(name), event('RunInstances', 7)], { ...with_, store })).rejects.toThrow('throttled');
    expect(with_.findings.list()).toHaveLength(findings);
    expect(asked).toBeLessThan(3); // nothing was heard while something is not stored
  });
  it('at the quarantine: everything is folded', async () => {
    const with_ = deps();
    await expect(
      detect([rejected('x'), event('RunInstances')], { ...with_, quarantine: { keep: fails } }),
    ).rejects.toThrow('throttled');
    expect(with_.findings.list()).toHaveLength(1);
  });
  it('at a finding: the others are folded and the unreadable is kept', async () => {
    const with_ = deps();
    const fold: DetectDeps['findings']['fold'] = (matches, now) =>
      matches[0]?.detection === 'pipeline/rule-failed' ? fails() : with_.findings.fold(matches, now);
    const reads = [event('Throw'), rejected('x'), ...Array.from({ length: 20 }, (_, n) => event('Ask', n))];
    await expect(detect(reads, { ...with_, findings: { fold } })).rejects.toThrow('throttled');
    expect(with_.findings.list()).toHaveLength(20);
    expect(with_.kept).toHaveLength(1);
  });
});

describe('what comes in pieces', () => {
  const gathered = async (pieces: readonly (Read | readonly Read[])[], size: number) => {
    const all: number[] = [];
    const stream = async function* () {
      yield* pieces;
    };
    for await (const batch of batches(stream(), size)) all.push(batch.length);
    return all;
  };
  const large: Read = {
    kind: 'rejected',
    rejected: { reason: 'not-json', detail: '', where: 'x', bytes: new Uint8Array(400_000), cut: true },
  };

  it('is judged together once there is enough of it, whole pieces at a time, and the rest at the end', async () => {
    expect(
      await gathered([[event('A'), event('B')], event('C'), [skipped, skipped, skipped], [], event('D')], 3),
    ).toEqual([3, 3, 1]);
    expect(await gathered([], 3)).toEqual([]);
  });
  it('waits for less where rejected records in it are large', async () => {
    expect(await gathered([[large, large], [large, event('A')], event('B')], 100)).toEqual([4, 1]);
  });
});
