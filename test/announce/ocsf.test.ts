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

  describe('lists what the finding is about', () => {
    const resources = (over: Parameters<typeof message>[0]): Json | undefined =>
      ocsf(message({ resources: [], region: '', ...over }))['resources'];
    const object = 'machines.cluster.x-k8s.io fleet-eu/extra-1';

    test.each<[string, Parameters<typeof message>[0], Json]>([
      [
        'an instance that only the key names, before what else takes part',
        { key: { instance: 'i-0aaaabbbbccccdddd' }, resources: ['sg-0aaa'] },
        [{ uid: 'i-0aaaabbbbccccdddd', type: 'instance' }, { uid: 'sg-0aaa' }],
      ],
      [
        'what the key and the event both name once, with what the key says of it',
        { key: { role: 'prod-node' }, resources: ['i-0aaaabbbbccccdddd', 'prod-node'] },
        [{ uid: 'i-0aaaabbbbccccdddd' }, { uid: 'prod-node', type: 'role' }],
      ],
      [
        'an object with its kind, namespace and name, and its cluster',
        { source: 'kubernetes', cluster: 'fleet', key: { object }, region: 'eu-west-1' },
        [
          {
            uid: object,
            type: 'machines.cluster.x-k8s.io',
            namespace: 'fleet-eu',
            name: 'extra-1',
            group: { name: 'fleet' },
            region: 'eu-west-1',
          },
          { uid: 'fleet', type: 'cluster', region: 'eu-west-1' },
        ],
      ],
      [
        'an object that lies in no namespace',
        { source: 'kubernetes', key: { object: 'nodepools.karpenter.sh default' } },
        [{ uid: 'nodepools.karpenter.sh default', type: 'nodepools.karpenter.sh', name: 'default' }],
      ],
      [
        'a pod',
        { source: 'kubernetes', key: { pod: 'kube-system/karpenter-0' } },
        [{ uid: 'kube-system/karpenter-0', type: 'pod', namespace: 'kube-system', name: 'karpenter-0' }],
      ],
      [
        'a node group of EKS, which is no object in a namespace',
        { key: { target: 'prod/batch' } },
        [{ uid: 'prod/batch' }],
      ],
      [
        'a cluster once',
        { cluster: 'prod', key: { cluster: 'prod' } },
        [{ uid: 'prod', type: 'cluster', group: { name: 'prod' } }],
      ],
      ['nothing where the key says that it is not known', { key: { role: 'unknown', policy: 'none' } }, []],
    ])('%s', (_, over, listed) => {
      expect(resources(over)).toEqual(listed);
    });

    test('and the access key that was used as a credential, not as a user', () => {
      const seen = ocsf(message({ key: { key: 'ASIAEXAMPLEDEVKEY001' } }))['observables'];
      expect(seen).toContainEqual(
        expect.objectContaining({ type_id: 19, type: 'User Credential ID', value: 'ASIAEXAMPLEDEVKEY001' }),
      );
    });
  });
});
