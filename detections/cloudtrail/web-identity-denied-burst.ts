import { call, example } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { lookAround } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { threshold } from '../../core/state/threshold.ts';

const provider = `arn:aws:iam::${example.account}:oidc-provider/oidc.eks.${example.region}.amazonaws.com/id/EXAMPLE0123456789`;

const refused = (subject: string, minute: number, more: Partial<CloudTrailRecord> = {}) =>
  call('sts', 'AssumeRoleWithWebIdentity', {
    eventTime: `2026-09-01T10:${String(minute).padStart(2, '0')}:00Z`,
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${provider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider: provider,
    },
    errorCode: 'AccessDenied',
    errorMessage: 'Not authorized to perform sts:AssumeRoleWithWebIdentity',
    ...more,
  });

const web = 'system:serviceaccount:apps:web';
const two = [refused(web, 1), refused(web, 2)];

export const detection = cloudtrail({
  id: 'cloudtrail/web-identity-denied-burst',
  title: '{subject} was refused roles by web identity',
  severity: 'medium',
  when: {
    eventSource: 'sts.amazonaws.com',
    eventName: 'AssumeRoleWithWebIdentity',
    errorCode: [{ exists: true }],
  },
  by: ({ record }) => [
    {
      provider: text(record, 'userIdentity', 'identityProvider') ?? 'unknown',
      subject: text(record, 'userIdentity', 'userName') ?? 'unknown',
    },
  ],
  state: threshold({
    id: 'cloudtrail/web-identity-denied-burst',
    doc: 'At least 3 failed AssumeRoleWithWebIdentity of one provider and subject within 10 minutes (`threshold` in the settings).',
    count: 3,
    within: 10 * 60_000,
    note: count => `${count} failed attempts in 10 minutes`,
  }),
  attack: ['T1528', 'T1550.001', 'T1078.004'],
  why: 'A pod asks for one role, and its trust policy allows it. A service account that is refused again and again is somebody with its token who tries which roles it opens.',
  references: [
    'AWS STS API Reference, AssumeRoleWithWebIdentity',
    'EKS User Guide, "IAM roles for service accounts"',
    'CloudTrail User Guide, "userIdentity element": web identity',
  ],
  runbook: [
    'Confirm what was tried: the roles are in errorMessage only: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRoleWithWebIdentity --region REGION.',
    'Find the pod: kubectl get pods -n USER_NAMESPACE -o jsonpath=\'{range .items[?(@.spec.serviceAccountName=="USER_ACCOUNT")]}{.metadata.name} {.spec.nodeName} {.status.podIP}{"\\n"}{end}\'; compare with the record\'s sourceIPAddress: a token used elsewhere was stolen.',
    'Contain, keeping the pod for evidence: kubectl -n USER_NAMESPACE label pod POD quarantine=true && kubectl -n USER_NAMESPACE delete serviceaccount USER_ACCOUNT (ends its tokens), after kubectl -n USER_NAMESPACE get serviceaccount USER_ACCOUNT -o yaml.',
    lookAround,
  ],
  blind: [
    'Attempts with tokens of different service accounts are counted apart.',
    'Where STS cannot tell whose token it was, the record names no subject: those are counted together as unknown.',
    'A service account whose annotation names a role that does not trust it fails the same way at every start.',
  ],
  examples: {
    matches: [
      { name: 'the third refusal in ten minutes', event: refused(web, 3), after: two },
      {
        name: 'the third, with a token that has expired',
        event: refused(web, 3, { errorCode: 'ExpiredTokenException', errorMessage: 'Token expired' }),
        after: two,
      },
    ],
    misses: [
      { name: 'the second', event: refused(web, 2), after: two.slice(0, 1) },
      { name: 'the third, eleven minutes after the first', event: refused(web, 12), after: two },
      { name: 'the third, of another subject', event: refused('system:serviceaccount:apps:cart', 3), after: two },
      {
        name: 'the third attempt, which succeeds',
        event: refused(web, 3, { errorCode: undefined, errorMessage: undefined } as never),
        after: two,
      },
      {
        name: 'another call that fails',
        event: refused(web, 3, { eventName: 'AssumeRoleWithSAML' }),
        after: two.map(({ record }) =>
          refused(web, 1, { eventTime: record.eventTime, eventName: 'AssumeRoleWithSAML' }),
        ),
      },
      {
        name: 'another service with such a call',
        event: refused(web, 3, { eventSource: 'cognito-identity.amazonaws.com' }),
        after: two.map(({ record }) =>
          refused(web, 1, { eventTime: record.eventTime, eventSource: 'cognito-identity.amazonaws.com' }),
        ),
      },
    ],
  },
});
