import type { Rehearsals } from './rehearsal.ts';
import { apply, launch, nothing, notNamed, template, terminate, untemplate } from './steps.ts';

/** What makes detections about launches fire: families, images, templates, regions, and nodes that do not come or stay. */
export const launches: Rehearsals = {
  'cloudtrail/disallowed-instance-family-launched': {
    steps: [
      'aws ec2 run-instances --region "$REGION" --dry-run --image-id "$IMAGE" --subnet-id "$SUBNET" --instance-type p4d.24xlarge || true',
    ],
    undo: nothing,
    note: 'A dry run is enough: nothing is launched. `families` must disallow p*.',
  },
  'cloudtrail/ebs-encryption-disabled': {
    steps: ['aws ec2 disable-ebs-encryption-by-default --region "$REGION"'],
    undo: ['aws ec2 enable-ebs-encryption-by-default --region "$REGION"'],
    note: 'Note whether it was on: aws ec2 get-ebs-encryption-by-default.',
  },
  'cloudtrail/fleet-with-foreign-overrides': {
    steps: [
      template('karpenter.k8s.aws/rehearsal', '{"MetadataOptions":{"HttpTokens":"required"}}'),
      'aws ec2 create-fleet --region "$REGION" --type instant --dry-run --target-capacity-specification TotalTargetCapacity=1,DefaultTargetCapacityType=on-demand --launch-template-configs \'LaunchTemplateSpecification={LaunchTemplateName=karpenter.k8s.aws/rehearsal,Version=$Latest},Overrides=[{InstanceType=t3.nano,ImageId=ami-0123456789abcdef0}]\' || true',
    ],
    undo: [untemplate('karpenter.k8s.aws/rehearsal')],
  },
  'cloudtrail/gpu-quota-requested': {
    steps: [
      'QUOTA=$(aws service-quotas request-service-quota-increase --region "$REGION" --service-code ec2 --quota-code L-417A185B --desired-value 4 --query RequestedQuota.Id --output text)',
    ],
    undo: ['echo "withdraw request $QUOTA in the Service Quotas console, or answer the case that it opened"'],
    note: 'The request cannot be withdrawn by the CLI.',
  },
  'cloudtrail/image-guard-lowered': {
    steps: ['aws ec2 enable-allowed-images-settings --region "$REGION" --allowed-images-settings-state audit-mode'],
    undo: ['aws ec2 disable-allowed-images-settings --region "$REGION"'],
    note: 'Note what it was: aws ec2 get-allowed-images-settings. Switching it off again is found, too.',
  },
  'cloudtrail/image-parameter-written': {
    steps: [
      'aws ssm put-parameter --region "$REGION" --name /tripline-rehearsal/ami --type String --data-type aws:ec2:image --value "$IMAGE"',
    ],
    undo: ['aws ssm delete-parameter --region "$REGION" --name /tripline-rehearsal/ami'],
    note: notNamed,
  },
  'cloudtrail/image-or-snapshot-shared': {
    steps: [
      'VOLUME=$(aws ec2 create-volume --region "$REGION" --availability-zone "$REGION"a --size 1 --query VolumeId --output text)',
      'aws ec2 wait volume-available --region "$REGION" --volume-ids "$VOLUME"',
      'SNAPSHOT=$(aws ec2 create-snapshot --region "$REGION" --volume-id "$VOLUME" --query SnapshotId --output text)',
      'aws ec2 wait snapshot-completed --region "$REGION" --snapshot-ids "$SNAPSHOT"',
      'aws ec2 modify-snapshot-attribute --region "$REGION" --snapshot-id "$SNAPSHOT" --attribute createVolumePermission --operation-type add --user-ids "$OTHER_ACCOUNT"',
    ],
    undo: [
      'aws ec2 delete-snapshot --region "$REGION" --snapshot-id "$SNAPSHOT"',
      'aws ec2 delete-volume --region "$REGION" --volume-id "$VOLUME"',
    ],
    note: 'An empty volume: a snapshot encrypted with the default key cannot be shared.',
  },
  'cloudtrail/image-selector-tag-written': {
    steps: [
      'aws ec2 create-tags --region "$REGION" --resources "$IMAGE" --tags Key=karpenter.sh/discovery,Value=tripline-rehearsal',
    ],
    undo: [
      'aws ec2 delete-tags --region "$REGION" --resources "$IMAGE" --tags Key=karpenter.sh/discovery,Value=tripline-rehearsal',
    ],
    note: 'IMAGE must be of this account.',
  },
  'cloudtrail/launch-burst': {
    steps: [
      'for i in $(seq 1 30); do aws ec2 run-instances --region "$REGION" --image-id "$IMAGE" --instance-type t3.nano --subnet-id "$SUBNET" --tag-specifications "ResourceType=instance,Tags=[{Key=tripline-rehearsal,Value=true}]" > /dev/null; done',
    ],
    undo: [
      'aws ec2 describe-instances --region "$REGION" --filters Name=tag:tripline-rehearsal,Values=true --query "Reservations[].Instances[].InstanceId" --output text | xargs aws ec2 terminate-instances --region "$REGION" --instance-ids',
    ],
    note: 'Lower its `threshold` in the settings first; thirty instances cost a few cents a minute.',
  },
  'cloudtrail/launch-outside-approved-region': {
    steps: [
      'aws ec2 run-instances --region "$OTHER_REGION" --dry-run --image-id ami-0123456789abcdef0 --instance-type t3.nano || true',
    ],
    undo: nothing,
    note: 'The failed call is the record. The stage must watch that region.',
  },
  'cloudtrail/launch-template-unhardened': {
    steps: [
      template(
        'eks-tripline-rehearsal',
        '{"MetadataOptions":{"HttpTokens":"optional"},"TagSpecifications":[{"ResourceType":"instance","Tags":[{"Key":"kubernetes.io/cluster/rehearsal","Value":"owned"}]}]}',
      ),
    ],
    undo: [untemplate('eks-tripline-rehearsal')],
  },
  'cloudtrail/node-group-changed-by-unexpected': {
    steps: [
      'NODEGROUP=$(aws eks list-nodegroups --region "$REGION" --cluster-name "$CLUSTER" --query "nodegroups[0]" --output text)',
      'aws eks update-nodegroup-config --region "$REGION" --cluster-name "$CLUSTER" --nodegroup-name "$NODEGROUP" --labels addOrUpdateLabels={tripline-rehearsal=true}',
    ],
    undo: [
      'aws eks update-nodegroup-config --region "$REGION" --cluster-name "$CLUSTER" --nodegroup-name "$NODEGROUP" --labels removeLabels=tripline-rehearsal',
    ],
    note: notNamed,
  },
  'cloudtrail/node-role-taken': {
    steps: [
      `PROFILE=$(aws iam list-instance-profiles-for-role --role-name "$NODE_ROLE" --query 'InstanceProfiles[0].InstanceProfileName' --output text)`,
      launch('--iam-instance-profile Name="$PROFILE"'),
    ],
    undo: [terminate],
    note: `${notNamed} The profile must be known: the daily inventory has seen it, or its AddRoleToInstanceProfile was read.`,
  },
  'cloudtrail/root-volume-or-profile-swapped': {
    steps: ['aws ec2 create-replace-root-volume-task --region "$REGION" --instance-id "$INSTANCE"'],
    undo: ['aws ec2 terminate-instances --region "$REGION" --instance-ids "$INSTANCE"'],
    note: 'The node reboots into a fresh root volume; Karpenter replaces what is terminated.',
  },
  'cloudtrail/security-group-opened': {
    steps: [
      'GROUP=$(aws ec2 create-security-group --region "$REGION" --group-name tripline-rehearsal --description rehearsal --vpc-id "$VPC" --tag-specifications \'ResourceType=security-group,Tags=[{Key=karpenter.sh/discovery,Value=tripline-rehearsal}]\' --query GroupId --output text)',
      'aws ec2 authorize-security-group-ingress --region "$REGION" --group-id "$GROUP" --protocol tcp --port 22 --cidr 0.0.0.0/0',
    ],
    undo: ['aws ec2 delete-security-group --region "$REGION" --group-id "$GROUP"'],
    note: 'The group is nobody’s.',
  },
  'cloudtrail/traffic-mirrored': {
    steps: [
      'INTERFACE=$(aws ec2 describe-instances --region "$REGION" --instance-ids "$INSTANCE" --query "Reservations[0].Instances[0].NetworkInterfaces[0].NetworkInterfaceId" --output text)',
      'SENSOR=$(aws ec2 create-network-interface --region "$REGION" --subnet-id "$SUBNET" --description tripline-rehearsal --query NetworkInterface.NetworkInterfaceId --output text)',
      'MIRROR_TARGET=$(aws ec2 create-traffic-mirror-target --region "$REGION" --network-interface-id "$SENSOR" --query TrafficMirrorTarget.TrafficMirrorTargetId --output text)',
      'FILTER=$(aws ec2 create-traffic-mirror-filter --region "$REGION" --query TrafficMirrorFilter.TrafficMirrorFilterId --output text)',
      'MIRROR=$(aws ec2 create-traffic-mirror-session --region "$REGION" --network-interface-id "$INTERFACE" --traffic-mirror-target-id "$MIRROR_TARGET" --traffic-mirror-filter-id "$FILTER" --session-number 1 --query TrafficMirrorSession.TrafficMirrorSessionId --output text)',
    ],
    undo: [
      'aws ec2 delete-traffic-mirror-session --region "$REGION" --traffic-mirror-session-id "$MIRROR"',
      'aws ec2 delete-traffic-mirror-filter --region "$REGION" --traffic-mirror-filter-id "$FILTER"',
      'aws ec2 delete-traffic-mirror-target --region "$REGION" --traffic-mirror-target-id "$MIRROR_TARGET"',
      'aws ec2 delete-network-interface --region "$REGION" --network-interface-id "$SENSOR"',
    ],
    note: `${notNamed} The filter has no rules, so that nothing is copied.`,
  },
  'cloudtrail/unapproved-image-launched': { steps: [launch('')], undo: [terminate] },
  'cloudtrail/unintended-role-launched': {
    steps: [
      'aws iam create-role --role-name tripline-rehearsal --assume-role-policy-document \'{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}\'',
      'aws iam create-instance-profile --instance-profile-name tripline-rehearsal',
      'aws iam add-role-to-instance-profile --instance-profile-name tripline-rehearsal --role-name tripline-rehearsal',
      'sleep 60',
      launch('--iam-instance-profile Name=tripline-rehearsal'),
    ],
    undo: [
      terminate,
      'aws iam remove-role-from-instance-profile --instance-profile-name tripline-rehearsal --role-name tripline-rehearsal',
      'aws iam delete-instance-profile --instance-profile-name tripline-rehearsal',
      'aws iam delete-role --role-name tripline-rehearsal',
    ],
    note: 'The role may do nothing.',
  },
  'cloudtrail/user-data-changed': {
    steps: [
      launch(''),
      'aws ec2 stop-instances --region "$REGION" --instance-ids "$LAUNCHED"',
      'aws ec2 wait instance-stopped --region "$REGION" --instance-ids "$LAUNCHED"',
      'aws ec2 modify-instance-attribute --region "$REGION" --instance-id "$LAUNCHED" --user-data Value=cmVoZWFyc2Fs',
    ],
    undo: [terminate],
  },
  'lineage/instance-never-joined': {
    steps: [launch('')],
    undo: [terminate],
    note: 'Leave it for half an hour: it is for a cluster by its tags and never joins one. The tag must name a cluster of the settings.',
  },
  'lineage/node-churn': {
    steps: [
      'for i in $(seq 1 10); do kubectl delete nodeclaim -l karpenter.sh/nodepool=tripline-rehearsal --wait=true; sleep 120; done',
    ],
    undo: nothing,
    note: 'With a NodePool of that name that has a node or two: Karpenter replaces them by itself.',
  },
  'lineage/node-never-launched': {
    steps: [
      apply({
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'tripline-rehearsal' },
        spec: { providerID: 'aws:///none/i-0123456789abcdef0' },
      }),
    ],
    undo: ['kubectl delete node tripline-rehearsal'],
    note: 'A node object that no machine stands behind.',
  },
};
