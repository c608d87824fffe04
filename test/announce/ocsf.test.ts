import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { ocsf, ocsfVersion } from '../../core/ocsf.ts';
import { window } from './case.ts';
import { hostile } from './hostile.ts';
import { later, message, poisoned } from './message.ts';
import { ocsfFaults as check } from './ocsf-schema.ts';

describe('an OCSF Detection Finding', () => {
  test('has what the schema requires, and nothing that it does not know', () => {
    expect(ocsfVersion).toBe('1.8.0');
    expect(check(ocsf(message()))).toEqual([]);
    expect(check(ocsf(message({ principals: [], resources: [], addresses: [], account: '' }, [], null)))).toEqual([]);
    expect(check(ocsf(message({ cluster: 'prod', notes: ['guessed'] })))).toEqual([]);
  });

  test('is valid whatever the event holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constantFrom(...hostile)), text => check(ocsf(poisoned(text))).length === 0),
      { numRuns: 50 },
    );
  });

  test.each<[string, (finding: { [key: string]: Json | undefined }) => void]>([
    ['no metadata', finding => delete finding['metadata']],
    ['a severity of its own', finding => (finding['severity_id'] = 7)],
    ['a time in seconds', finding => (finding['time'] = 1788256800)],
    ['an attribute that OCSF does not have', finding => (finding['fidelity'] = 'high')],
    ['an empty evidence', finding => (finding['evidences'] = [{}])],
  ])('is found wrong by this table when it has %s', (_, spoil) => {
    const finding = { ...ocsf(message()) };
    spoil(finding);
    expect(check(finding)).not.toEqual([]);
  });

  test.each([
    ['low', 2],
    ['medium', 3],
    ['high', 4],
    ['critical', 5],
  ] as const)('of severity %s has severity_id %i', (severity, id) => {
    expect(ocsf(message({ severity }))['severity_id']).toBe(id);
  });

  test('is created by the first announcement and updated by the rest, under one finding id', () => {
    const [first, next] = [ocsf(message()), ocsf(later({ severity: 'critical' }))];
    expect(first).toMatchObject({ activity_id: 1, type_uid: 200401, finding_info: { uid: '0123456789abcdef' } });
    expect(next).toMatchObject({ activity_id: 2, type_uid: 200402, finding_info: { uid: '0123456789abcdef' } });
    expect(first).toMatchObject({ metadata: { uid: '0123456789abcdef:first' } });
    expect(next).toMatchObject({ metadata: { uid: '0123456789abcdef:severity#critical' } });
  });

  test('names techniques with their parents and tactics', () => {
    expect(ocsf(message())).toMatchObject({
      finding_info: {
        attacks: [
          {
            version: '19.2',
            technique: { uid: 'T1496', name: 'Resource Hijacking' },
            sub_technique: { uid: 'T1496.001', name: 'Compute Hijacking' },
            tactics: [{ uid: 'TA0040', name: 'Impact' }],
          },
          { technique: { uid: 'T1578' }, tactics: [{ uid: 'TA0112', name: 'Defense Impairment' }] },
        ],
      },
    });
  });

  test('tells an address from the name of a service', () => {
    const seen = ocsf(message({ addresses: ['ec2.amazonaws.com', '198.51.100.23', '2001:db8::1'] }, [window()]));
    expect(seen['observables']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ value: 'ec2.amazonaws.com', type_id: 99 }),
        expect.objectContaining({ value: '198.51.100.23', type_id: 2 }),
        expect.objectContaining({ value: '2001:db8::1', type_id: 2 }),
      ]),
    );
  });
});
