import type { Rehearsals } from './rehearsal.ts';
import { asController, nothing, notNamed, onNode, withThem } from './steps.ts';

const policy = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });

/** What makes detections about node and controller roles fire. */
export const roles: Rehearsals = {
  'cloudtrail/controller-role-assumed-by-other': {
    steps: [asController()],
    undo: ['unset CREDENTIALS'],
    note: "The role's trust policy must let you in: true of a test account alone.",
  },
  'cloudtrail/controller-role-escalates': {
    steps: [asController(), `${withThem} aws iam list-users || true`],
    undo: ['unset CREDENTIALS'],
    note: 'The refusal is the record.',
  },
  'cloudtrail/controller-role-policy-changed': {
    steps: [
      `aws iam put-role-policy --role-name "$CONTROLLER_ROLE" --policy-name tripline-rehearsal --policy-document '${policy('sts:GetCallerIdentity')}'`,
    ],
    undo: ['aws iam delete-role-policy --role-name "$CONTROLLER_ROLE" --policy-name tripline-rehearsal'],
  },
  'cloudtrail/controller-role-used-elsewhere': {
    steps: [asController(), `${withThem} aws ec2 describe-instance-types --region "$REGION" --max-items 1 > /dev/null`],
    undo: ['unset CREDENTIALS'],
    note: 'Fires once the networks of the role were learned for a week, or at once from a network that is known to be none of ours.',
  },
  'cloudtrail/exempt-identity-handed-on': {
    steps: [
      'aws iam get-role --role-name "$PLATFORM_ROLE" --query Role.AssumeRolePolicyDocument > trust.json',
      'aws iam update-assume-role-policy --role-name "$PLATFORM_ROLE" --policy-document file://trust.json',
    ],
    undo: ['rm trust.json'],
    note: 'It writes the same policy again: the call is what is detected.',
  },
  'cloudtrail/hybrid-machine-admitted': {
    steps: [
      'PROFILE=$(aws rolesanywhere create-profile --region "$REGION" --name tripline-rehearsal --role-arns "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE" --no-enabled --query profile.profileId --output text)',
    ],
    undo: ['aws rolesanywhere delete-profile --region "$REGION" --profile-id "$PROFILE"'],
    note: `Switched off, and nobody’s certificates count: nobody gets the role. ${notNamed}`,
  },
  'cloudtrail/instance-profile-tampered': {
    steps: [
      'aws iam create-instance-profile --instance-profile-name rehearsal_123456789012345678 --path /karpenter/rehearsal/',
    ],
    undo: ['aws iam delete-instance-profile --instance-profile-name rehearsal_123456789012345678'],
    note: 'Named as Karpenter names its own.',
  },
  'cloudtrail/node-or-controller-denied-burst': {
    steps: [asController(), `for i in $(seq 1 30); do ${withThem} aws s3api list-buckets > /dev/null 2>&1; done`],
    undo: ['unset CREDENTIALS'],
  },
  'cloudtrail/node-or-controller-trust-changed': {
    steps: [
      'aws iam get-role --role-name "$NODE_ROLE" --query Role.AssumeRolePolicyDocument > trust.json',
      'aws iam update-assume-role-policy --role-name "$NODE_ROLE" --policy-document file://trust.json',
    ],
    undo: ['rm trust.json'],
    note: 'It writes the same policy again: the call is what is detected.',
  },
  'cloudtrail/node-role-beyond-baseline': {
    steps: [onNode('aws s3api list-buckets || true')],
    undo: nothing,
    note: 'The node needs the AWS CLI. The refusal is a record too.',
  },
  'cloudtrail/node-role-policy-attached': {
    steps: [
      'aws iam attach-role-policy --role-name "$NODE_ROLE" --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess',
    ],
    undo: ['aws iam detach-role-policy --role-name "$NODE_ROLE" --policy-arn arn:aws:iam::aws:policy/AWSSupportAccess'],
  },
  'cloudtrail/pod-identity-association-changed': {
    steps: [
      'ASSOCIATION=$(aws eks create-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" --namespace kube-system --service-account tripline-rehearsal --role-arn "arn:aws:iam::$ACCOUNT:role/$CONTROLLER_ROLE" --query association.associationId --output text)',
    ],
    undo: [
      'aws eks delete-pod-identity-association --region "$REGION" --cluster-name "$CLUSTER" --association-id "$ASSOCIATION"',
    ],
    note: 'No pod uses that service account.',
  },
};
