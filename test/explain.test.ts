import { describe, expect, test } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyDetection, Detection } from '../core/detection.ts';
import { explain } from '../core/explain.ts';
import { audit as audited } from '../core/kubernetes/example.ts';
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

  test('though its name is one of several that a detection asks for, and only then', () => {
    const either = detection('either', {
      when: { $or: [{ eventName: ['StopLogging'], awsRegion: ['xx-1'] }, { eventName: ['StartLogging'] }] },
    });
    const same = detection('same-service', {
      when: { eventSource: ['cloudtrail.amazonaws.com'], eventName: ['StartLogging'] },
    });
    expect(told([either, same])).toEqual([['either', 'not matched']]);
    const objects = ['secrets', 'pods'].map(
      resource =>
        ({
          ...detection(resource),
          on: 'kubernetes',
          id: `kubernetes/${resource}`,
          when: { objectRef: { resource: [resource] }, verb: ['list'] },
          resources: () => [],
        }) as AnyDetection,
    );
    expect(explain(audited('list', 'pods'), objects, settings).map(({ detection: id }) => id)).toEqual([
      'kubernetes/pods',
    ]);
  });

  test('by facts, too', () => {
    const who = { fact: { 'principal.kind': ['person' as const] } };
    const all = [
      detection('holds', { when: { eventName: ['StopLogging'], ...who } }),
      detection('cleared', { unless: [who] }),
      detection('no-key', { when: { eventName: ['StopLogging'], ...who }, by: () => [] }),
      detection('fails', { when: { eventName: ['StopLogging'], fact: { 'principal.kind': ['node'] } } }),
    ];
    expect(told(all)).toEqual([
      ['holds', 'matched'],
      ['cleared', 'cleared'],
      ['no-key', 'no key'],
      ['fails', 'not matched'],
    ]);
  });

  test('the nearer the smaller the part of a detection’s clauses that failed', () => {
    const alike = { eventName: ['StopLogging'] };
    const many = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(name => [name, [{ exists: false }]]));
    const all = [
      detection('half', { when: { ...alike, awsRegion: ['xx-1'] } }),
      detection('some', { when: { ...alike, ...many, awsRegion: ['xx-1'], userAgent: ['x'] } as never }), // members that no record has
    ];
    expect(told(all)).toEqual([
      ['some', 'not matched'],
      ['half', 'not matched'],
    ]);
  });

  test('of one that failed nothing else is said', () => {
    const breaks = detection('breaks', {
      by: () => {
        throw new TypeError('no such member');
      },
    });
    expect(explain(stop, [breaks], settings)).toEqual([
      {
        detection: 'cloudtrail/breaks',
        verdict: 'failed',
        when: { held: false, clauses: [], elsewhere: false },
        unless: [],
        findings: [],
        unset: [],
        note: 'TypeError: no such member',
      },
    ]);
    expect(
      explain(stop, [detection('off')], defineConfig({ detections: { 'cloudtrail/off': { status: 'off' } } })),
    ).toMatchObject([{ verdict: 'off', findings: [] }]);
    const both = detection('off', { requires: ['ranges'] });
    expect(told([both], defineConfig({ detections: { 'cloudtrail/off': { status: 'off' } } }))).toEqual([
      ['off', 'off'],
    ]);
  });

  test('with the required settings that say nothing', () => {
    const all = [detection('needs', { requires: ['ranges', 'approvedRegions'] })];
    expect(explain(stop, all, settings)[0]?.unset).toEqual(['ranges', 'approvedRegions']);
    expect(explain(stop, all, defineConfig({ approvedRegions: ['eu-west-1'] }))[0]?.unset).toEqual(['ranges']);
  });
});
