import { describe, expect, test } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { severities } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { canonicalJson } from '../core/json.ts';
import { loadDetection } from '../core/load.ts';
import { type AnyExample, files, judge } from './catalogue.ts';

/** The event, refused. Of a service's refusals some leave the parameters out; these rules are asked about those that do not. */
const refused = (event: AnyEvent): AnyEvent => {
  if (event.source === 'cloudtrail')
    return { ...event, record: { ...event.record, errorCode: 'AccessDenied', responseElements: null } };
  return { ...event, record: { ...event.record, responseStatus: { status: 'Failure', code: 403 } } };
};

const wasRefused = ({ source, record }: AnyEvent): boolean =>
  source === 'cloudtrail' ? record.errorCode !== undefined : (record.responseStatus?.code ?? 200) >= 400;

/** Titles that are as true of a refused call as of another, and why. */
const trueOfBoth: Readonly<Record<string, string>> = {
  'cloudtrail/controller-role-escalates': 'called',
  'cloudtrail/controller-role-used-elsewhere': 'acts from',
  'cloudtrail/gpu-quota-requested': 'asked for',
  'cloudtrail/imdsv1-credentials-used': 'uses credentials',
  'cloudtrail/instance-credentials-off-instance': 'used from',
  'cloudtrail/instance-session-in-console': 'whoever is refused in the console has opened it',
  'cloudtrail/launch-outside-approved-region': 'or tried',
  'cloudtrail/node-role-beyond-baseline': 'called',
  'cloudtrail/pod-uses-node-role': 'calls',
  'kubernetes/aws-auth-changed': 'a collection whose deletion ends in an error is half gone',
  'kubernetes/bootstrap-secret-written': 'a collection likewise',
  'kubernetes/bootstrap-token-off-cluster': 'was used at',
  'kubernetes/capi-cluster-deleted': 'a collection likewise',
  'kubernetes/component-identity-misused': 'was used at',
  'kubernetes/controller-or-node-impersonated': 'impersonation was allowed, what was asked as the other was not',
  'kubernetes/karpenter-identity-misused': 'did, with the verb: Karpenter asks for none of it',
  'kubernetes/leader-lease-deleted': 'a collection likewise',
  'kubernetes/node-identity-off-node': 'was used at',
  'kubernetes/nodepool-deleted': 'a collection likewise',
  'kubernetes/provisioning-changed-by-unexpected': 'a collection likewise',
  'kubernetes/service-account-off-cluster': 'was used at',
  'lineage/credentials-crossed-planes': 'signed in, whatever was refused then',
  'lineage/secret-read-then-aws-call': 'acted from',
};

/** Detections of what happens in AWS or Kubernetes: those of the pipeline are about records. */
const all = files.flatMap(({ detection }) =>
  detection === undefined || detection.id.startsWith('pipeline/') ? [] : [[detection.id, detection] as const],
);

describe('what a refused call is told as', () => {
  test.each(all)('%s', async (id, detection) => {
    const loaded = loadDetection(detection);
    const told: string[] = [];
    for (const example of detection.examples.matches as readonly AnyExample[]) {
      const event = example.event as AnyEvent;
      if (wasRefused(event)) continue;
      const [done] = await judge(loaded, example);
      const [tried] = await judge(loaded, { ...example, event: refused(event) } as AnyExample);
      if (tried === undefined || done === undefined) continue;
      told.push(example.name);
      if (Object.hasOwn(trueOfBoth, id)) continue;
      expect(tried.title, example.name).toMatch(/^Denied: /);
      // A finding bears the title of its gravest event, the earlier of equals: a refusal must not speak for what succeeded later.
      if (done.severity !== 'low' && canonicalJson(done.key) === canonicalJson(tried.key))
        expect(severities.indexOf(tried.severity), example.name).toBeLessThan(severities.indexOf(done.severity));
      expect(done.title, example.name).not.toMatch(/^(Denied|Failed|Dry run): /);
    }
    if (Object.hasOwn(trueOfBoth, id)) expect(told, 'no longer needs a line above').not.toEqual([]);
  });
});

describe('whoever is refused at one thing after the other', () => {
  const target = (of: number): string => `i-0${of}`;
  test.each<[string, (of: number) => AnyEvent]>([
    [
      'cloudtrail/instance-entered',
      of => call('ec2', 'GetPasswordData', { requestParameters: { instanceId: target(of) } }),
    ],
    [
      'cloudtrail/bootstrap-data-read',
      of =>
        call('ec2', 'DescribeInstanceAttribute', {
          requestParameters: { attribute: 'userData', instanceId: target(of) },
        }),
    ],
  ])('makes one finding of %s, which names each, and what succeeds another', async (id, event) => {
    const detection = files.find(one => one.detection?.id === id)?.detection;
    if (detection === undefined) throw new Error(`there is no ${id}`);
    const loaded = loadDetection(detection);
    const matches = await Promise.all(
      [refused(event(1)), refused(event(2)), event(3)].map(one =>
        judge(loaded, { name: id, event: one } as AnyExample),
      ),
    );
    const [first, second, done] = matches.map(([match]) => match);
    expect(first?.key).toEqual(second?.key);
    expect(done?.key).not.toEqual(first?.key);
    expect([first, second].map(match => match?.resources)).toEqual([[target(1)], [target(2)]]);
    expect(first?.title).toContain(target(1));
  });
});
