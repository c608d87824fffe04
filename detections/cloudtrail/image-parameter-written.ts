import { serviceLinked } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { type By, other } from '../../core/cloudtrail/example-iam.ts';
import { texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

/** As recorded: the value is never told, the response says which version it became. */
const put = (request: JsonObject, over: By = {}) =>
  other(
    'ssm',
    'PutParameter',
    { value: 'HIDDEN_DUE_TO_SECURITY_REASONS', type: 'String', overwrite: true, ...request },
    { ...over, record: { responseElements: { version: 7, tier: 'Standard' }, ...over.record } },
  );
const golden = { name: '/golden/al2023', dataType: 'aws:ec2:image' };

export const detection = cloudtrail({
  id: 'cloudtrail/image-parameter-written',
  title: '{principal} changed the parameter from which images are taken: {resource}',
  severity: [['low', { fact: { 'principal.kind': ['platform', 'gitops'] } }], 'high'],
  when: { fact: { 'parameter.images': [{ exists: true }], 'call.outcome': 'succeeded' } },
  unless: [{ fact: { 'principal.kind': 'service' } }],
  by: view => texts(view, 'parameter.images').map(resource => ({ resource })),
  attack: ['T1525', 'T1565.001'],
  why: 'A node class or template may name a parameter instead of an image. Whoever writes that parameter decides what every new node runs, and no tag, template or node class changes.',
  references: [
    'karpenter-provider-aws, website, NodeClasses (amiSelectorTerms, ssmParameter)',
    'Systems Manager User Guide, "Using native parameter support in Parameter Store for Amazon Machine Image IDs"',
    'EC2 User Guide, "Use AWS Systems Manager parameters to find an AMI"',
  ],
  runbook: [
    confirmCall,
    'See what it says and said: aws ssm get-parameter-history --region REGION --name PARAMETER --query "Parameters[].[Version,Value,LastModifiedUser,LastModifiedDate]"; whose image it is: aws ec2 describe-images --region REGION --image-ids IMAGE --query "Images[].[OwnerId,Name,CreationDate]"',
    stopProvisioning,
    'Put the last good image back: aws ssm put-parameter --region REGION --name PARAMETER --overwrite --data-type aws:ec2:image --value IMAGE; then replace nodes of the other image: kubectl get nodeclaims -o custom-columns=NAME:.metadata.name,IMAGE:.status.imageID',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'The record never tells the value: whether it is another image, `describe-images` must say.',
    'A parameter of plain text is known by its name alone: list yours in the setting `imageParameters`. A deletion never tells the data type.',
    'That an image is built and distributed by EC2 Image Builder, which writes the parameter itself, is not judged here.',
    'Request and response are as a public record of PutParameter has them; `dataType`, `overwrite`, `names` and the other calls are from the API model.',
  ],
  examples: {
    matches: [
      { name: 'a person writes a parameter that holds an image', event: put(golden), severity: 'high' },
      {
        name: 'a person writes one of plain text, by its usual name',
        event: put({ name: '/team/prod/ami-id' }),
        severity: 'high',
      },
      {
        name: 'one that the settings list, by ARN',
        event: put({ name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/base/node' }),
        settings: { imageParameters: ['/base/*'] },
        severity: 'high',
      },
      {
        name: 'a person deletes several',
        event: other('ssm', 'DeleteParameters', { names: ['/team/prod/ami-id', '/team/prod/size'] }),
        severity: 'high',
      },
      {
        name: 'a person puts the label on another version',
        event: other('ssm', 'LabelParameterVersion', {
          name: '/team/prod/ami-id',
          parameterVersion: 3,
          labels: ['stable'],
        }),
        severity: 'high',
      },
      { name: 'the platform does', event: put(golden, { by: platform }), severity: 'low' },
    ],
    misses: [
      { name: 'a person writes another parameter', event: put({ name: '/team/prod/size', dataType: 'text' }) },
      { name: 'a refused attempt', event: put(golden, { record: { errorCode: 'AccessDeniedException' } }) },
      {
        name: 'a service writes it, having built the image',
        event: put(golden, { by: serviceLinked('imagebuilder.amazonaws.com', 'AWSServiceRoleForImageBuilder') }),
      },
      { name: 'it is read', event: other('ssm', 'GetParameter', { name: '/team/prod/ami-id' }) },
      { name: "another service's call of the name", event: other('example', 'PutParameter', golden) },
    ],
  },
});
