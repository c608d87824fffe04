import { describe, expect, test } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyDetection, Detection } from '../core/detection.ts';
import { explain } from '../core/explain.ts';
import { detection as exposed } from '../detections/cloudtrail/eks-endpoint-exposed.ts';

/** A detection about the call that {@link stop} is, but for what is said. */
const detection = (id: string, over: Partial<Detection<'cloudtrail'>> = {}): AnyDetection => ({
  ...exposed,
  id: `cloudtrail/${id}`,
  title: 'somebody stopped {name}',
  severity: 'high',
  when: { eventSource: ['cloudtrail.amazonaws.com'], eventName: ['StopLogging'] },
  by: () => [{ name: 'main' }],
  requires: [],
  ...over,
});

const stop = call('cloudtrail', 'StopLogging', { requestParameters: { name: 'main' } });
const settings = defineConfig({});

const told = (all: readonly AnyDetection[], under = settings, only?: string) =>
  explain(stop, all, under, only).map(({ detection: id, verdict }) => [id.split('/')[1], verdict]);

describe('an event is explained', () => {
  test('by what a detection that fired says of it', () => {
    const [reason] = explain(stop, [detection('fires')], settings);
    expect(reason).toMatchObject({
      detection: 'cloudtrail/fires',
      verdict: 'matched',
      findings: [{ key: { name: 'main' }, severity: 'high', title: 'somebody stopped main' }],
      unset: [],
      when: { held: true },
    });
    expect(reason).not.toHaveProperty('note');
  });

  test('in order: what fired or failed, what asks the state, what was let off, and then what came nearest', () => {
    const alike = { eventSource: ['cloudtrail.amazonaws.com'], eventName: ['StopLogging'] };
    const all = [
      detection('far', { when: { ...alike, awsRegion: ['xx-1'], recipientAccountId: ['1'], userAgent: ['x'] } }),
      detection('near', { when: { ...alike, awsRegion: ['xx-1'] } }),
      detection('let-off', { unless: [{ eventSource: ['cloudtrail.amazonaws.com'] }] }),
      detection('no-key', { by: () => [] }),
      detection('asks', {
        state: { kind: 'mine', doc: 'counts', observe: () => [{ scope: 'x', expires: 0 }], decide: () => [] },
      }),
      detection('breaks', {
        by: () => {
          throw new TypeError('no such member');
        },
      }),
      detection('fires'),
    ];
    expect(told(all)).toEqual([
      ['breaks', 'failed'],
      ['fires', 'matched'],
      ['asks', 'stateful'],
      ['let-off', 'cleared'],
      ['no-key', 'no key'],
      ['near', 'not matched'],
      ['far', 'not matched'],
    ]);
    const notes = explain(stop, all, settings).map(({ note }) => note);
    expect([notes[0], notes[2]]).toEqual(['TypeError: no such member', 'counts']);
  });

  test('where an exemption lets it off, and where the detection is off', () => {
    const under = defineConfig({
      detections: {
        'cloudtrail/eks-endpoint-exposed': {
          exemptions: [
            {
              when: { eventName: ['StopLogging'] },
              reason: 'a test of ours',
              owner: 'platform',
              expires: '2999-12-31',
            },
          ],
        },
        'cloudtrail/detection-disabled': { status: 'off' },
      },
    });
    const all = [detection('eks-endpoint-exposed'), detection('detection-disabled'), detection('fires')];
    expect(Object.fromEntries(told(all, under))).toEqual({
      fires: 'matched',
      'eks-endpoint-exposed': 'exempted',
      'detection-disabled': 'off',
    });
    expect(told([detection('eks-endpoint-exposed')])).toEqual([['eks-endpoint-exposed', 'matched']]);
  });

  test('by no detection of another call or source, unless it is named', () => {
    const other = detection('other', { when: { eventName: ['StartLogging'], awsRegion: ['xx-1'] } });
    const audit: AnyDetection = { ...detection('audit'), on: 'kubernetes', when: {} } as AnyDetection; // never asked
    expect(told([other, audit, detection('fires')])).toEqual([['fires', 'matched']]);
    expect(told([other, detection('fires')], settings, 'cloudtrail/other')).toEqual([['other', 'not matched']]);
    const [named] = explain(stop, [other], settings, 'cloudtrail/other');
    expect(named?.when.clauses.filter(({ held }) => held)).toEqual([]);
  });

  test('with the required settings that say nothing', () => {
    const all = [detection('needs', { requires: ['ranges', 'approvedRegions'] })];
    expect(explain(stop, all, settings)[0]?.unset).toEqual(['ranges', 'approvedRegions']);
    expect(explain(stop, all, defineConfig({ approvedRegions: ['eu-west-1'] }))[0]?.unset).toEqual(['ranges']);
  });
});
