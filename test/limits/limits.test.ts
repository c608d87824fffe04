import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { rules } from '../../bench/rules.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import { compile } from '../../core/compile.ts';
import { type AnyDetection, cloudtrail } from '../../core/detection.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding } from '../../core/finding.ts';
import { caps } from '../../core/findings/caps.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { mostFindings } from '../../core/flood.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { detect } from '../../core/pipeline.ts';
import type { Read } from '../../core/read/contract.ts';
import { limits } from '../../core/read/limits.ts';
import { readLogs } from '../../core/read/logs.ts';
import { payloadBytes } from '../../core/read/packed.ts';
import { evidenceBytes } from '../../core/redact.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { random as randomOf } from '../faults/random.ts';
import { processorNow } from '../processor-time.ts';

/** Bounds that no other file of tests holds: `docs/limits.md` names them all. */
const match = compile(detections, knowledge, exampleSettings);
const launch = createFleet({ types: ['p5.48xlarge'] });
const family = 'cloudtrail/disallowed-instance-family-launched';

describe('one event', () => {
  test('with lists of 100,000 elements is judged in time, and its evidence fits', () => {
    const many = Array.from({ length: 100_000 }, (_, at) => ({ key: `k${at}`, value: 'x' }));
    const { requestParameters } = launch.record;
    const event: AnyEvent = {
      ...launch,
      record: { ...launch.record, requestParameters: { ...requestParameters, tags: many, tagSet: { items: many } } },
    };
    const began = processorNow();
    const found = match(event).find(({ detection }) => detection === family);
    expect(Buffer.byteLength(JSON.stringify(found?.evidence))).toBeLessThanOrEqual(evidenceBytes);
    expect(processorNow() - began).toBeLessThan(5_000);
  });

  test('makes at most 100 findings of one rule, and a finding that says so', () => {
    const [base] = detections.filter(({ id }) => id === family);
    if (base === undefined) throw new Error('the catalogue has it');
    const wide = cloudtrail({
      ...(base as Parameters<typeof cloudtrail>[0]), // a rule about CloudTrail
      by: () => Array.from({ length: 5_000 }, (_, at) => ({ part: `unique-${at}` })),
    });
    const found = compile([wide as AnyDetection], [], exampleSettings)(launch);
    expect(found.filter(({ detection }) => detection === family)).toHaveLength(100);
    expect(found.filter(({ detection }) => detection === 'pipeline/limit-reached').map(({ key }) => key)).toEqual([
      { limit: `findings of one event by ${family}` },
    ]);
  });
});

describe('a payload of CloudWatch Logs', () => {
  /** Of a ratio that no bomb needs: what stops it is its size. */
  const payload = (bytes: number) => {
    const plain = Buffer.alloc(bytes, ' ');
    for (let at = 0; at < bytes; at += 4_096) plain.write(createHash('sha256').update(`${at}`).digest('hex'), at);
    const packed = gzipSync(plain, { level: 1 });
    expect(packed.length * limits.ratio).toBeGreaterThan(bytes);
    return readLogs({ awslogs: { data: packed.toString('base64') } }, exampleSettings);
  };
  const reasons = (reads: readonly Read[]) =>
    reads.map(read => (read.kind === 'rejected' ? [read.rejected.reason, read.rejected.detail] : [read.kind]));

  test('is inflated to its bound and no further', { timeout: 120_000 }, () => {
    expect(reasons(payload(payloadBytes + 1))).toEqual([
      ['inflates-too-far', `The payload inflates to more than ${payloadBytes} bytes.`],
    ]);
    expect(reasons(payload(payloadBytes)).map(([reason]) => reason)).not.toContain('inflates-too-far');
  });

  test('that is a bomb is stopped at 16 MiB', () => {
    const data = gzipSync(Buffer.alloc(limits.ratioFrom + 1)).toString('base64');
    expect(reasons(readLogs({ awslogs: { data } }, exampleSettings))).toEqual([
      ['inflates-too-far', `The payload inflates to more than ${limits.ratioFrom} bytes.`],
    ]);
  });
});

describe.each(['1970-01-01T00:00:00Z', '2100-12-31T23:59:59Z'])('a clock at %s', eventTime => {
  test('is judged and stored as any other', async () => {
    const event: AnyEvent = { ...launch, time: Date.parse(eventTime), record: { ...launch.record, eventTime } };
    const findings = memoryFindings();
    const quarantine = { keep: async () => undefined };
    const deps = { match, store: memoryStore(), findings, quarantine, now: Date.parse('2026-09-01T10:00:00Z') };
    const counts = await detect([{ kind: 'event', event }], deps);
    expect(counts).toMatchObject({ read: 1, matched: 1, ruleErrors: 0 });
    const stored = findings.list().find(({ finding }) => finding.detection === family)?.finding;
    expect(stored).toMatchObject({ count: 1, first: event.time, last: event.time });
  });
});

describe('a flood of one finding', () => {
  test('makes as many matches as it has events, a few times, not each of all the others’', async () => {
    const burst = 'kubernetes/denied-burst';
    const events = Array.from({ length: 1_000 }, (_, at) =>
      audit('list', 'pods', {
        time: new Date(Date.parse('2026-09-01T10:00:00Z') + at * 100).toISOString(),
        ...{ responseStatus: { code: 403 }, objectRef: { namespace: `team-${at}` } },
      }),
    );
    let made = 0;
    const findings = memoryFindings();
    await detect(
      events.map(event => ({ kind: 'event', event }) as const),
      {
        match: event =>
          match(event).map(one => ({
            ...one,
            ...(one.decide === undefined
              ? {}
              : {
                  decide: (...asked) => {
                    const decided = one.decide?.(...asked) ?? [];
                    if (one.detection === burst) made += decided.length;
                    return decided;
                  },
                }),
          })),
        ...{ findings, store: memoryStore(), quarantine: { keep: async () => undefined } },
      },
    );
    expect(findings.list().filter(({ finding }) => finding.detection === burst)).toMatchObject([
      { finding: { count: 1_000 } },
    ]);
    expect(made).toBeGreaterThanOrEqual(1_000);
    expect(made).toBeLessThan(2 * 1_000);
  });
});

describe('a flood of unique keys', () => {
  const opened = 'cloudtrail/security-group-opened';
  const beyond = (finding: Finding): boolean => finding.key['limit'] === `findings of ${opened} in an hour`;
  /** A security group of its own is opened to the world: each is a finding of its own. */
  const open = (at: number, over: { readonly time?: number; readonly account?: string } = {}) => {
    const event = ec2('AuthorizeSecurityGroupIngress', {
      groupId: `sg-${at.toString(16).padStart(17, '0')}`,
      ipPermissions: {
        items: [
          { ipProtocol: 'tcp', fromPort: 22, toPort: 22, groups: {}, ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
        ],
      },
    });
    const { time = event.time, account = event.account } = over;
    const eventTime = new Date(time).toISOString();
    const eventID = `flood-${at}-${time}-${account}`;
    const record = { ...event.record, eventID, eventTime, recipientAccountId: account };
    return { ...event, id: eventID, time, account, record };
  };
  const world = () => {
    const findings = memoryFindings();
    const store = memoryStore();
    const quarantine = { keep: async () => undefined };
    const deliver = (events: readonly Event<'cloudtrail'>[], batch = 1_000) =>
      detect(
        events.map(event => ({ kind: 'event', event }) as const),
        { match, store, findings, quarantine, batch },
      );
    const mine = () =>
      findings.list().flatMap(({ finding }) => (finding.detection === opened || beyond(finding) ? [finding] : []));
    return { deliver, mine };
  };
  const flood = Array.from({ length: 700 }, (_, at) => open(at));

  test(`makes ${mostFindings} findings in an hour, and one that counts the rest and names its own`, async () => {
    const { deliver, mine } = world();
    expect(await deliver(flood)).toMatchObject({ read: 700, matched: 700, overLimit: 200 });
    const rest = mine().filter(beyond);
    expect(mine()).toHaveLength(mostFindings + 1);
    expect(rest).toMatchObject([{ detection: 'pipeline/limit-reached', count: 200, exact: true, severity: 'high' }]);
    expect(rest[0]?.resources.length).toBe(caps.resources);
  });

  test('has every event in one finding, in whatever order, batches and repetitions it comes', async () => {
    const random = randomOf(7);
    for (const batch of [3, 300]) {
      const { deliver, mine } = world();
      const shuffled = flood.map(event => ({ event, at: random() })).sort((a, b) => a.at - b.at);
      const events = shuffled.map(({ event }) => event);
      await deliver(events, batch);
      const before = mine();
      await deliver(events.slice(200, 600).toReversed(), batch);
      expect(mine()).toEqual(before);
      expect(before.filter(finding => !beyond(finding))).toHaveLength(mostFindings);
      expect(before.reduce((sum, { count }) => sum + count, 0)).toBe(700);
    }
  });

  test('takes no room from another hour, another account or what is in already', async () => {
    const { deliver, mine } = world();
    await deliver(flood);
    const known = mine().find(finding => !beyond(finding));
    await deliver([
      open(1_000, { time: launch.time + 2 * 3_600_000 }),
      open(1_001, { account: '444455556666' }),
      ...flood.slice(0, 1).map(event => ({ ...event, id: 'again', record: { ...event.record, eventID: 'again' } })),
    ]);
    expect(mine()).toHaveLength(mostFindings + 3);
    expect(mine().find(({ id }) => id === known?.id)?.count).toBeGreaterThan(0);
    expect(mine().filter(beyond)).toMatchObject([{ count: 200 }]);
  });
});

describe('2,000 rules', () => {
  test('compile in time, and find in an event what the catalogue finds', { timeout: 60_000 }, () => {
    const began = processorNow();
    const large = compile(rules(2_000), knowledge, exampleSettings);
    expect(processorNow() - began).toBeLessThan(30_000);
    const ids = (found: ReturnType<typeof large>): readonly string[] => found.map(({ detection }) => detection);
    expect(ids(large(launch))).toEqual(expect.arrayContaining([...ids(match(launch))]));
  });
});
