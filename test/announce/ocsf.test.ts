import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { ocsf, ocsfVersion } from '../../core/ocsf.ts';
import { way } from '../../core/way.ts';
import { at, hour, window } from './case.ts';
import { hostile } from './hostile.ts';
import { detection, later, message, poisoned } from './message.ts';
import { ocsfFaults as check } from './ocsf-schema.ts';

describe('an OCSF Detection Finding', () => {
  test('has what the schema requires, and nothing that it does not know', () => {
    expect(ocsfVersion).toBe('1.8.0');
    expect(check(ocsf(message()))).toEqual([]);
    expect(check(ocsf(message({ principals: [], resources: [], addresses: [], account: '' }, [], null)))).toEqual([]);
    expect(check(ocsf(message({ cluster: 'prod', notes: ['guessed'] })))).toEqual([]);
  });

  test('has every change that was read of an object, not the last alone', () => {
    const { evidence, ...rest } = message();
    const lines = ['spec.a: 1 → 2', 'spec.userData: x → y'].map(value => ({ label: 'changed', value }));
    const said = ocsf({ ...rest, evidence: { ...evidence, lines } });
    expect(said['evidences']).toMatchObject([{ data: { changed: 'spec.a: 1 → 2\nspec.userData: x → y' } }]);
    expect(check(said)).toEqual([]);
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
    ['low', 2, 'Low'],
    ['medium', 3, 'Medium'],
    ['high', 4, 'High'],
    ['critical', 5, 'Critical'],
  ] as const)('of severity %s has severity_id %i', (severity, id, name) => {
    expect(ocsf(message({ severity }))).toMatchObject({ severity_id: id, severity: name });
  });

  test.each([
    ['open', 1, 'New'],
    ['acknowledged', 2, 'In Progress'],
    ['suppressed', 3, 'Suppressed'],
    ['resolved', 4, 'Resolved'],
  ] as const)('that is %s has status_id %i', (status, id, name) => {
    const { finding, ...rest } = message();
    expect(ocsf({ ...rest, finding: { ...finding, status } })).toMatchObject({ status_id: id, status: name });
  });

  test('says all that is known, in the words of OCSF', () => {
    expect(ocsf(message({ cluster: 'prod', notes: ['guessed'], last: at + hour, count: 3 }))).toEqual({
      activity_id: 1,
      activity_name: 'Create',
      category_uid: 2,
      category_name: 'Findings',
      class_uid: 2004,
      class_name: 'Detection Finding',
      type_uid: 200401,
      type_name: 'Detection Finding: Create',
      severity_id: 4,
      severity: 'High',
      status_id: 1,
      status: 'New',
      confidence_id: 2,
      confidence: 'Medium',
      is_alert: true,
      time: at + hour,
      start_time: at,
      end_time: at + hour,
      count: 3,
      message: 'New finding: developer launched p5.48xlarge, a family that is not allowed',
      metadata: {
        version: '1.8.0',
        uid: '0123456789abcdef:first',
        correlation_uid: '0123456789abcdef',
        sequence: 0,
        profiles: ['cloud'],
        product: {
          name: 'Tripline',
          vendor_name: 'Tripline',
          feature: { uid: 'cloudtrail/disallowed-instance-family-launched', version: 'a1b2c3d4' },
        },
        tenant_uid: '111122223333',
      },
      cloud: {
        provider: 'AWS',
        region: 'eu-west-1',
        account: { uid: '111122223333', type_id: 10, type: 'AWS Account' },
      },
      finding_info: {
        uid: '0123456789abcdef',
        title: 'developer launched p5.48xlarge, a family that is not allowed',
        desc: detection.why,
        first_seen_time: at,
        last_seen_time: at + hour,
        types: ['cloudtrail/disallowed-instance-family-launched'],
        data_sources: ['cloudtrail'],
        analytic: {
          uid: 'cloudtrail/disallowed-instance-family-launched',
          name: 'cloudtrail/disallowed-instance-family-launched',
          version: 'a1b2c3d4',
          type_id: 1,
          type: 'Rule',
        },
        attacks: [expect.anything(), expect.anything()],
        related_events: [{ uid: '11111111-2222-4333-8444-555555555555' }],
      },
      evidences: [
        {
          actor: { user: { uid: 'arn:aws:iam::111122223333:role/developer' } },
          src_endpoint: { ip: '198.51.100.23' },
          data: expect.objectContaining({ call: 'ec2.amazonaws.com RunInstances', from: '198.51.100.23' }),
        },
      ],
      resources: [
        { uid: 'i-0aaaabbbbccccdddd', group: { name: 'prod' }, region: 'eu-west-1' },
        { uid: 'prod', type: 'cluster', region: 'eu-west-1' },
      ],
      observables: [
        {
          name: 'evidences[].actor.user.uid',
          type_id: 4,
          type: 'User Name',
          value: 'arn:aws:iam::111122223333:role/developer',
        },
        { name: 'evidences[].src_endpoint.ip', type_id: 2, type: 'IP Address', value: '198.51.100.23' },
        { name: 'resources[].uid', type_id: 10, type: 'Resource UID', value: 'i-0aaaabbbbccccdddd' },
        { name: 'resources[].uid', type_id: 10, type: 'Resource UID', value: 'prod' },
      ],
      remediation: { desc: detection.runbook.join('\n'), references: detection.references },
      unmapped: {
        key: { principal: 'arn:aws:iam::111122223333:role/developer', family: 'p5' },
        cluster: 'prod',
        notes: ['guessed'],
        transition: { id: 'first', kind: 'first', changes: [{ kind: 'first', value: '' }], sequence: 0 },
      },
    });
  });

  test('leaves out what is not known', () => {
    const unknown = { key: {}, principals: [], resources: [], addresses: [], account: '', region: '' };
    const said = ocsf(message(unknown, [], null));
    expect(said).toMatchObject({
      confidence_id: 3,
      confidence: 'High',
      cloud: { provider: 'AWS' },
      evidences: [],
      resources: [],
      observables: [],
      unmapped: { key: {}, cluster: '', notes: [] },
    });
    expect(said['cloud']).toEqual({ provider: 'AWS' });
    expect(said['metadata']).not.toHaveProperty('tenant_uid');
    expect(said['unmapped']).not.toHaveProperty('disposition');
    expect(said).not.toHaveProperty('remediation');
    const { detection: told, transition, ...rest } = message();
    const { sequence, ...unnumbered } = transition;
    const unexplained = ocsf({ ...rest, transition: unnumbered, detection: { ...told, why: '' } });
    expect(unexplained).toMatchObject({ finding_info: { desc: rest.finding.title } });
    expect(unexplained['metadata']).not.toHaveProperty('sequence');
  });

  test('is closed where the case is resolved, with what it turned out to be', () => {
    const resolved = { worked: { status: 'resolved', who: 'ada', at: at + hour }, status: 'resolved' } as const;
    const said = ocsf(later({ ...resolved, resolvedAt: at + hour, disposition: 'benign', acts: 1 }));
    expect(said).toMatchObject({
      activity_id: 3,
      activity_name: 'Close',
      type_uid: 200403,
      type_name: 'Detection Finding: Close',
      unmapped: { disposition: 'benign', transition: { kind: 'resolved' } },
    });
  });

  test('says of one technique that it has a parent, and of another that it is one', () => {
    const attack = (id: string) => ocsf(message({}, [window()], { ...detection, attack: [id] }));
    expect(attack('T1078')).toMatchObject({
      finding_info: { attacks: [{ technique: { uid: 'T1078', name: 'Valid Accounts' } }] },
    });
    expect(JSON.stringify(attack('T1078'))).not.toContain('sub_technique');
  });

  test('is created by the first announcement and updated by the rest, under one finding id', () => {
    const [first, next] = [ocsf(message()), ocsf(later({ severity: 'critical' }))];
    expect(first).toMatchObject({ activity_id: 1, type_uid: 200401, finding_info: { uid: '0123456789abcdef' } });
    expect(next).toMatchObject({ activity_name: 'Update', type_name: 'Detection Finding: Update' });
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
        { name: 'evidences[].src_endpoint.name', type_id: 99, type: 'Other', value: 'ec2.amazonaws.com' },
        { name: 'evidences[].src_endpoint.ip', type_id: 2, type: 'IP Address', value: '198.51.100.23' },
        { name: 'evidences[].src_endpoint.ip', type_id: 2, type: 'IP Address', value: '2001:db8::1' },
      ]),
    );
    expect(seen).toMatchObject({ evidences: [{ src_endpoint: { name: 'ec2.amazonaws.com' } }] });
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
        'an object that is not of Kubernetes as it is written',
        { source: 'cloudtrail', key: { object: 'nodepools.karpenter.sh default' } },
        [{ uid: 'nodepools.karpenter.sh default' }],
      ],
      [
        'an object whose name says more than an object’s can',
        { source: 'kubernetes', key: { object: 'a b/c d' } },
        [{ uid: 'a b/c d' }],
      ],
      [
        'what names no object with its kind alone',
        { source: 'kubernetes', key: { node: 'kube-system/x' } },
        [{ uid: 'kube-system/x', type: 'node' }],
      ],
      [
        'a node group of EKS, which is no object in a namespace',
        { key: { target: 'prod/batch' } },
        [{ uid: 'prod/batch' }],
      ],
      [
        'whoever is named among resources, without the part of the key that says who did it',
        { key: { principal: 'arn:aws:iam::111122223333:role/x' }, resources: ['arn:aws:iam::111122223333:role/x'] },
        [{ uid: 'arn:aws:iam::111122223333:role/x' }],
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
      expect(seen).toContainEqual({
        name: 'unmapped.key.key',
        type_id: 19,
        type: 'User Credential ID',
        value: 'ASIAEXAMPLEDEVKEY001',
      });
      const others = ['AIDAEXAMPLEDEVUSER01', 'xASIAEXAMPLEDEVKEY001', 'ASIAEXAMPLEDEVKEY001x', 'ASIAEXAMPLE'];
      const named = ocsf(message({ principals: [...others, 'AKIAEXAMPLEDEVKEY001'] }))[
        'observables'
      ] as readonly JsonObject[];
      expect(others.map(one => named.find(({ value }) => value === one)?.['type_id'])).toEqual([4, 4, 4, 4]);
      expect(named.find(({ value }) => value === 'AKIAEXAMPLEDEVKEY001')).toMatchObject({
        name: 'evidences[].data',
        type_id: 19,
      });
      const by = ['AKIAEXAMPLEDEVKEY001', way.service('ec2fleet.amazonaws.com'), 'alice'];
      const shown = ocsf(message({ principals: by }));
      expect(shown['evidences']).toMatchObject([{ actor: { user: { uid: 'alice' } } }]);
      expect((shown['observables'] as readonly JsonObject[]).map(({ value }) => value)).not.toContain(by[1]);
    });
  });
});
