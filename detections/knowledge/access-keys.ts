import { instanceSession, isInstanceId } from '../../core/cloudtrail/principal.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { Knowledge } from '../../core/detection.ts';
import { list, text } from '../../core/json.ts';

/** Credentials of an instance were seen to last 6 h 35 min, of a pod at most 12 h: kept for as long again as a day's records are late. */
const kept = 24 * 3_600_000;

/** A session tag's value by its key: `tags` is a list of `{key, value}`. */
const tag = (record: unknown, key: string): string | undefined =>
  list(record, 'requestParameters', 'tags')
    .filter(one => text(one, 'key') === key)
    .map(one => text(one, 'value'))
    .find(value => value !== undefined);

/**
 * The instance whose own session asked for a further key: the session stays what it is, under another key (STS API Reference,
 * GetScopedCredentials). Only AWS's word counts: a session may be called like an instance.
 */
const sameSession = (record: CloudTrailRecord): string | undefined => {
  const instance = record.eventName === scoped ? instanceSession(record)?.instance : undefined;
  return instance === 'unknown' ? undefined : instance;
};
const scoped = 'GetScopedCredentials';

/**
 * Whose a temporary access key is, from the record that issued it: EC2's own `AssumeRole` for an instance, a pod's web identity,
 * EKS Pod Identity's `AssumeRole`, the only record that names the pod, and what an instance's session asked for with one.
 */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/access-keys',
  on: 'cloudtrail',
  doc: 'Whose a temporary access key is: the instance, or the service account and pod, that it was issued to (scope `key#<access key id>`).',
  when: {
    eventSource: 'sts.amazonaws.com',
    $or: [
      {
        eventName: 'AssumeRole',
        userIdentity: { type: 'AWSService', invokedBy: ['ec2.amazonaws.com', 'pods.eks.amazonaws.com'] },
      },
      { eventName: 'AssumeRoleWithWebIdentity' },
      { eventName: scoped, userIdentity: { sessionContext: { ec2RoleDelivery: [{ exists: true }] } } },
      { eventName: scoped, userIdentity: { inScopeOf: { issuerType: 'AWS::EC2::Instance' } } },
    ],
    responseElements: { credentials: { accessKeyId: [{ prefix: 'ASIA' }] } },
  },
  observe: ({ record, event }) => {
    const accessKey = text(record, 'responseElements', 'credentials', 'accessKeyId');
    if (accessKey === undefined || accessKey.length > 128) return [];
    const role =
      text(record, 'requestParameters', 'roleArn') ??
      (record.eventName === scoped ? record.userIdentity?.sessionContext?.sessionIssuer?.arn : undefined);
    const session = text(record, 'requestParameters', 'roleSessionName');
    const launched = record.userIdentity?.invokedBy === 'ec2.amazonaws.com' && isInstanceId(session ?? '');
    const instance = launched ? session : sameSession(record);
    const namespace = tag(record, 'kubernetes-namespace');
    const account = tag(record, 'kubernetes-service-account');
    const subject =
      namespace !== undefined && account !== undefined
        ? `system:serviceaccount:${namespace}:${account}`
        : text(record, 'responseElements', 'subjectFromWebIdentityToken');
    const sets: { [set: string]: readonly string[] } = {};
    const add = (set: string, value: string | undefined) => {
      if (value !== undefined && value !== '') sets[set] = [value.slice(0, 512)];
    };
    add('role', role);
    add('instance', instance);
    add('subject', instance === undefined ? subject : undefined);
    add('provider', text(record, 'responseElements', 'provider'));
    add('cluster', tag(record, 'eks-cluster-arn'));
    add('pod', tag(record, 'kubernetes-pod-name'));
    add('issued', new Date(event.time).toISOString());
    return [{ scope: `key#${accessKey}`, add: sets, cap: 8, expires: event.time + kept }];
  },
};
