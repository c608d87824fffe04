import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

export const detection = cloudtrail({
  id: 'cloudtrail/image-guard-lowered',
  title: '{principal} lowered the protection of images in {region}: {event}',
  severity: [
    ['low', { fact: { 'principal.kind': ['platform', 'gitops'] } }],
    ['medium', { eventName: ['DisableImageBlockPublicAccess', 'DisableSnapshotBlockPublicAccess'] }],
    'high',
  ],
  when: {
    eventSource: 'ec2.amazonaws.com',
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      {
        eventName: [
          'DisableAllowedImagesSettings',
          'ReplaceImageCriteriaInAllowedImagesSettings',
          'DisableImageBlockPublicAccess',
          'DisableSnapshotBlockPublicAccess',
        ],
      },
      // Audited, other images are launched all the same.
      { eventName: 'EnableAllowedImagesSettings', requestParameters: { allowedImagesSettingsState: 'audit-mode' } },
      {
        eventName: 'EnableAllowedImagesSettings',
        requestParameters: {
          EnableAllowedImagesSettingsRequest: { AllowedImagesSettingsState: 'audit-mode' },
        },
      },
    ],
  },
  by: ({ event, record }) => [{ account: event.account, region: event.region, api: record.eventName }],
  attack: ['T1685', 'T1525'],
  why: 'Allowed AMIs keep every launch of an account, Karpenter’s too, to images of known owners, and public access blocks keep images and snapshots of nodes inside. Whoever takes them away means to launch or to share what they forbid.',
  references: [
    'EC2 User Guide, "Control the discovery and use of AMIs in Amazon EC2 with Allowed AMIs"',
    'EC2 API Reference, DisableAllowedImagesSettings, EnableAllowedImagesSettings, DisableImageBlockPublicAccess',
  ],
  runbook: [
    confirmCall,
    'See what holds now: aws ec2 get-allowed-images-settings --region REGION; aws ec2 get-image-block-public-access-state --region REGION; aws ec2 get-snapshot-block-public-access-state --region REGION',
    'Put it back: aws ec2 replace-image-criteria-in-allowed-images-settings --region REGION --image-criteria file://CRITERIA; aws ec2 enable-allowed-images-settings --region REGION --allowed-images-settings-state enabled; aws ec2 enable-image-block-public-access --region REGION --image-block-public-access-state block-new-sharing; aws ec2 enable-snapshot-block-public-access --region REGION --state block-all-sharing',
    'See what was launched or shared since: aws ec2 describe-instances --region REGION --query "Reservations[].Instances[].[InstanceId,ImageId,LaunchTime]" --output text; aws ec2 describe-images --region REGION --owners self --filters Name=is-public,Values=true',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'A declarative policy of the organization sets the same from outside of the account: its calls are in the management account.',
    'New criteria may be narrower: what they admit is not judged.',
    'No such record was seen: names and states are from the API Reference, and both encodings of EC2’s requests are read.',
  ],
  examples: {
    matches: [
      { name: 'a person switches Allowed AMIs off', event: ec2('DisableAllowedImagesSettings', {}), severity: 'high' },
      {
        name: 'a person allows other owners',
        event: ec2('ReplaceImageCriteriaInAllowedImagesSettings', {
          imageCriterionSet: { items: [{ imageProviderSet: { items: [{ item: '444455556666' }] } }] },
        }),
        severity: 'high',
      },
      {
        name: 'a person has them audited only',
        event: ec2('EnableAllowedImagesSettings', { allowedImagesSettingsState: 'audit-mode' }),
        severity: 'high',
      },
      {
        name: 'the same in the newer encoding',
        event: wrappedEc2('EnableAllowedImagesSettings', { AllowedImagesSettingsState: 'audit-mode' }),
        severity: 'high',
      },
      { name: 'a person lets images be public', event: ec2('DisableImageBlockPublicAccess', {}), severity: 'medium' },
      {
        name: 'a person lets snapshots be public',
        event: ec2('DisableSnapshotBlockPublicAccess', {}),
        severity: 'medium',
      },
      {
        name: 'the platform switches Allowed AMIs off',
        event: ec2('DisableAllowedImagesSettings', {}, { by: platform }),
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'they are enforced',
        event: ec2('EnableAllowedImagesSettings', { allowedImagesSettingsState: 'enabled' }),
      },
      {
        name: 'they are, in the newer encoding',
        event: wrappedEc2('EnableAllowedImagesSettings', { AllowedImagesSettingsState: 'enabled' }),
      },
      {
        name: 'another call of EC2 with the member',
        event: ec2('GetAllowedImagesSettings', { allowedImagesSettingsState: 'audit-mode' }),
      },
      {
        name: 'another with it in the newer encoding',
        event: ec2('GetAllowedImagesSettings', {
          EnableAllowedImagesSettingsRequest: { AllowedImagesSettingsState: 'audit-mode' },
        }),
      },
      { name: 'they are looked at', event: ec2('GetAllowedImagesSettings', {}) },
      {
        name: 'a refused attempt',
        event: ec2('DisableAllowedImagesSettings', {}, { record: { errorCode: 'Client.UnauthorizedOperation' } }),
      },
      { name: "another service's call of the name", event: other('example', 'DisableImageBlockPublicAccess', {}) },
    ],
  },
});
