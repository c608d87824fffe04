/** How to make one detection fire in a test account, and how to undo it. Lines of shell; nothing here is ever run by Tripline. */
export interface Rehearsal {
  /** In order. Variables in capitals are explained in {@link variables}, or set by an earlier step. */
  readonly steps: readonly string[];
  /** Takes back what the steps did; empty where they change nothing. */
  readonly undo: readonly string[];
  /** What must be so beforehand, or what to expect. */
  readonly note?: string;
}

/** What the steps take from you. */
export const variables: { readonly [name: string]: string } = {
  REGION: 'the home region of the stage',
  OTHER_REGION: 'a region that is not among `approvedRegions`',
  CLUSTER: 'the EKS cluster of the test account, with Karpenter; kubectl speaks to it',
  FLEET: 'the namespace of a test Cluster API cluster; kubectl speaks to its management cluster',
  INSTANCE: 'a node of the test cluster that may be lost',
  NODE: 'the same node by its Kubernetes name',
  SUBNET: 'a subnet of the test account',
  IMAGE: 'an image that is not among `approvedImages`',
  NODE_ROLE: 'a node role by its name',
  NODE_PROFILE: 'the instance profile of that role, by its name',
  CONTROLLER_ROLE: "a controller's role by its name; you may assume it in the test account",
  ACCOUNT: 'the test account: aws sts get-caller-identity --query Account --output text',
  OTHER_ACCOUNT: 'an account of yours that the settings do not name',
  VPC: "the test cluster's VPC",
};

const nothing: readonly string[] = [];
const ns = 'kubectl create namespace tripline-rehearsal';
const gone = 'kubectl delete namespace tripline-rehearsal';
const launch = (options: string): string =>
  `LAUNCHED=$(aws ec2 run-instances --region "$REGION" --image-id "$IMAGE" --instance-type t3.nano --subnet-id "$SUBNET" --tag-specifications 'ResourceType=instance,Tags=[{Key=tripline-rehearsal,Value=true},{Key=kubernetes.io/cluster/rehearsal,Value=owned}]' ${options} --query 'Instances[0].InstanceId' --output text)`;
const terminate = 'aws ec2 terminate-instances --region "$REGION" --instance-ids "$LAUNCHED"';
const apply = (manifest: object): string => `kubectl apply -f - <<< '${JSON.stringify(manifest)}'`;
const asController = (session = 'rehearsal'): string =>
  `CREDENTIALS=$(aws sts assume-role --role-arn "arn:aws:iam::$ACCOUNT:role/$CONTROLLER_ROLE" --role-session-name ${session} --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)`;
const withThem =
  'env AWS_ACCESS_KEY_ID="$(cut -f1 <<< "$CREDENTIALS")" AWS_SECRET_ACCESS_KEY="$(cut -f2 <<< "$CREDENTIALS")" AWS_SESSION_TOKEN="$(cut -f3 <<< "$CREDENTIALS")"';
const onNode = (command: string): string =>
  `aws ssm send-command --region "$REGION" --instance-ids "$INSTANCE" --document-name AWS-RunShellScript --parameters 'commands=["${command}"]'`;
const template = (name: string, data: string): string =>
  `aws ec2 create-launch-template --region "$REGION" --launch-template-name ${name} --launch-template-data '${data}'`;
const untemplate = (name: string): string =>
  `aws ec2 delete-launch-template --region "$REGION" --launch-template-name ${name}`;
const policy = (action: string): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }] });
/** Limits of no CPU: it can be judged, and launches nothing. */
const pool = (name: string, spec: object = {}): object => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name },
  spec: {
    limits: { cpu: '0' },
    template: {
      spec: {
        nodeClassRef: { group: 'karpenter.k8s.aws', kind: 'EC2NodeClass', name: 'tripline-rehearsal' },
        requirements: [{ key: 'kubernetes.io/arch', operator: 'In', values: ['amd64', 'arm64'] }],
      },
    },
    ...spec,
  },
});
const nodeClass = (spec: object): object => ({
  apiVersion: 'karpenter.k8s.aws/v1',
  kind: 'EC2NodeClass',
  metadata: { name: 'tripline-rehearsal' },
  spec: {
    amiSelectorTerms: [{ alias: 'al2023@latest' }],
    subnetSelectorTerms: [{ tags: { 'tripline-rehearsal': 'none' } }],
    securityGroupSelectorTerms: [{ tags: { 'tripline-rehearsal': 'none' } }],
    role: 'tripline-rehearsal',
    ...spec,
  },
});
const machineTemplate = {
  apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
  kind: 'AWSMachineTemplate',
  metadata: { name: 'tripline-rehearsal' },
  spec: { template: { spec: { instanceType: 't3.nano', instanceMetadataOptions: { httpTokens: 'optional' } } } },
};
/** Of no replica, paused, of no cluster. */
const machineDeployment = `kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'MachineDeployment', metadata: { name: 'tripline-rehearsal', annotations: { 'cluster.x-k8s.io/paused': 'true' } }, spec: { clusterName: 'none', replicas: 0, selector: {}, template: { spec: { clusterName: 'none', bootstrap: { dataSecretName: 'none' }, infrastructureRef: { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'AWSMachineTemplate', name: 'none' } } } } })}'`;
const bootstrapToken = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `bootstrap-token-${name}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  stringData: { 'token-id': name, 'token-secret': 'rehearsalonly000', 'usage-bootstrap-authentication': 'true' },
});
const notNamed = 'As a principal that the settings name neither as controller nor as platform nor as GitOps.';

/** Every detection's rehearsal, by its id. */
export const rehearsals: { readonly [detection: string]: Rehearsal } = {
  'cloudtrail/bootstrap-data-read': {
    steps: [
      'aws ec2 describe-instance-attribute --region "$REGION" --instance-id "$INSTANCE" --attribute userData > /dev/null',
    ],
    undo: nothing,
    note: notNamed,
  },
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
  'cloudtrail/controller-tagged-foreign-resource': {
    steps: [
      launch(''),
      asController(),
      `${withThem} aws ec2 create-tags --region "$REGION" --resources "$LAUNCHED" --tags Key=karpenter.sh/nodepool,Value=tripline-rehearsal`,
    ],
    undo: [terminate, 'unset CREDENTIALS'],
    note: "Needs a controller's role that may tag any instance, which tripline inventory reports as controller-tags-anything.",
  },
  'cloudtrail/detection-disabled': {
    steps: [
      'aws events put-rule --region "$REGION" --name tripline-rehearsal --event-pattern \'{"source":["tripline.rehearsal"]}\'',
      'aws events disable-rule --region "$REGION" --name tripline-rehearsal',
    ],
    undo: ['aws events delete-rule --region "$REGION" --name tripline-rehearsal'],
    note: "A rule of the watch's own name that watches nothing.",
  },
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
  'cloudtrail/eks-access-granted': {
    steps: [
      'aws eks create-access-entry --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal"',
      'aws eks associate-access-policy --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal" --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy --access-scope type=cluster',
    ],
    undo: [
      'aws eks delete-access-entry --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal"',
    ],
    note: 'A role of that name must be made first (aws iam create-role); nobody can assume what nobody trusts.',
  },
  'cloudtrail/eks-audit-logging-disabled': {
    steps: [
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --logging \'{"clusterLogging":[{"types":["audit"],"enabled":false}]}\'',
    ],
    undo: [
      'aws eks wait cluster-active --region "$REGION" --name "$CLUSTER"',
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --logging \'{"clusterLogging":[{"types":["audit"],"enabled":true}]}\'',
    ],
  },
  'cloudtrail/eks-authentication-changed': {
    steps: [
      'aws eks associate-identity-provider-config --region "$REGION" --cluster-name "$CLUSTER" --oidc identityProviderConfigName=tripline-rehearsal,issuerUrl=https://example.com,clientId=tripline-rehearsal',
    ],
    undo: [
      'aws eks disassociate-identity-provider-config --region "$REGION" --cluster-name "$CLUSTER" --identity-provider-config type=oidc,name=tripline-rehearsal',
    ],
    note: 'It takes up to half an hour to be undone.',
  },
  'cloudtrail/eks-endpoint-exposed': {
    steps: [
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=0.0.0.0/0',
    ],
    undo: [
      'aws eks wait cluster-active --region "$REGION" --name "$CLUSTER"',
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true',
    ],
    note: 'Note the former setting: aws eks describe-cluster --query cluster.resourcesVpcConfig.',
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
  'cloudtrail/imds-protection-weakened': {
    steps: [
      'aws ec2 modify-instance-metadata-options --region "$REGION" --instance-id "$INSTANCE" --http-tokens optional',
    ],
    undo: [
      'aws ec2 modify-instance-metadata-options --region "$REGION" --instance-id "$INSTANCE" --http-tokens required',
    ],
  },
  'cloudtrail/imdsv1-credentials-used': {
    steps: [
      'aws ec2 modify-instance-metadata-options --region "$REGION" --instance-id "$INSTANCE" --http-tokens optional',
      onNode(
        'curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/ > /dev/null; AWS_EC2_METADATA_V1_DISABLED=false aws sts get-caller-identity',
      ),
    ],
    undo: [
      'aws ec2 modify-instance-metadata-options --region "$REGION" --instance-id "$INSTANCE" --http-tokens required',
    ],
    note: 'Clients of today ask for IMDSv2 first: use one of before 2019 on the node, or sign with what the curl prints.',
  },
  'cloudtrail/imdsv1-instance-launched': {
    steps: [launch('--metadata-options HttpTokens=optional,HttpEndpoint=enabled')],
    undo: [terminate],
  },
  'cloudtrail/instance-credentials-off-instance': {
    steps: [
      onNode(
        'curl -s -H X-aws-ec2-metadata-token:$(curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 http://169.254.169.254/latest/api/token) http://169.254.169.254/latest/meta-data/iam/security-credentials/',
      ),
      'echo "on the node, print the credentials of that role; here, set AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN from them"',
      'aws sts get-caller-identity',
    ],
    undo: ['unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN'],
    note: 'From a network that is no range of the settings. Credentials last hours: revoke the role’s sessions afterwards.',
  },
  'cloudtrail/instance-entered': {
    steps: [onNode('true')],
    undo: nothing,
    note: notNamed,
  },
  'cloudtrail/instance-profile-tampered': {
    steps: [
      'aws iam create-instance-profile --instance-profile-name rehearsal_123456789012345678 --path /karpenter/rehearsal/',
    ],
    undo: ['aws iam delete-instance-profile --instance-profile-name rehearsal_123456789012345678'],
    note: 'Named as Karpenter names its own.',
  },
  'cloudtrail/instance-session-in-console': {
    steps: [
      'echo "with the credentials of cloudtrail/instance-credentials-off-instance: ask https://signin.aws.amazon.com/federation for a SigninToken and open its login address in a browser"',
    ],
    undo: ['echo "sign out of the console"'],
  },
  'cloudtrail/karpenter-tag-tampered': {
    steps: [
      'aws ec2 create-tags --region "$REGION" --resources "$SUBNET" --tags Key=karpenter.sh/discovery,Value=tripline-rehearsal',
    ],
    undo: [
      'aws ec2 delete-tags --region "$REGION" --resources "$SUBNET" --tags Key=karpenter.sh/discovery,Value=tripline-rehearsal',
    ],
    note: 'No node class selects that value. Choose a subnet that does not carry the tag already.',
  },
  'cloudtrail/karpenter-template-poisoned': {
    steps: [
      template('karpenter.k8s.aws/rehearsal', '{"MetadataOptions":{"HttpTokens":"required"}}'),
      'aws ec2 create-launch-template-version --region "$REGION" --launch-template-name karpenter.k8s.aws/rehearsal --launch-template-data \'{"MetadataOptions":{"HttpTokens":"optional"}}\'',
    ],
    undo: [untemplate('karpenter.k8s.aws/rehearsal')],
  },
  'cloudtrail/karpenter-terminated-foreign-instance': {
    steps: [
      launch(''),
      asController(),
      `${withThem} aws ec2 terminate-instances --region "$REGION" --instance-ids "$LAUNCHED"`,
    ],
    undo: ['unset CREDENTIALS'],
    note: "CONTROLLER_ROLE is Karpenter's, and may terminate the instance only if its policy is too wide or its tags are Karpenter's.",
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
  'cloudtrail/pod-uses-node-role': {
    steps: [
      ns,
      'kubectl -n tripline-rehearsal run sdk --restart=Never --image=public.ecr.aws/aws-cli/aws-cli -- sts get-caller-identity',
    ],
    undo: [gone],
    note: 'Only where nodes have a hop limit of 2 or more.',
  },
  'cloudtrail/role-session-named-like-instance': {
    steps: [asController('i-0123456789abcdef0')],
    undo: ['unset CREDENTIALS'],
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
  'cloudtrail/web-identity-denied-burst': {
    steps: [
      'TOKEN=$(kubectl -n default create token default --audience sts.amazonaws.com)',
      'for i in $(seq 1 30); do aws sts assume-role-with-web-identity --region "$REGION" --role-arn "arn:aws:iam::$ACCOUNT:role/$CONTROLLER_ROLE" --role-session-name rehearsal --web-identity-token "$TOKEN" > /dev/null 2>&1; done',
    ],
    undo: ['unset TOKEN'],
    note: 'Every call is refused: the subject is not the one that the role trusts.',
  },
  'kubernetes/admission-guard-tampered': {
    steps: [
      apply({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'tripline-rehearsal' },
        webhooks: [],
      }),
      'kubectl delete validatingwebhookconfiguration tripline-rehearsal',
    ],
    undo: nothing,
    note: 'The guard that is deleted guards nothing.',
  },
  'kubernetes/aws-auth-changed': {
    steps: [
      'kubectl -n kube-system get configmap aws-auth -o yaml > aws-auth.yaml',
      'kubectl -n kube-system annotate configmap aws-auth tripline-rehearsal=true',
      'kubectl -n kube-system apply -f aws-auth.yaml',
    ],
    undo: ['kubectl -n kube-system annotate configmap aws-auth tripline-rehearsal-', 'rm aws-auth.yaml'],
    note: 'Only where the cluster still reads aws-auth.',
  },
  'kubernetes/bootstrap-secret-read': {
    steps: ['kubectl -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token'],
    undo: nothing,
    note: notNamed,
  },
  'kubernetes/bootstrap-secret-written': {
    steps: [
      apply(bootstrapToken('rehear')),
      'kubectl -n kube-system label secret bootstrap-token-rehear tripline-rehearsal=true',
    ],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. The token has no group, so it joins nothing.',
  },
  'kubernetes/bootstrap-token-created': {
    steps: [apply(bootstrapToken('rehear'))],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. The token has no group, so it joins nothing.',
  },
  'kubernetes/bootstrap-token-reused': {
    steps: [
      apply(bootstrapToken('rehear')),
      'SERVER=$(kubectl config view --minify -o jsonpath="{.clusters[0].cluster.server}")',
      'curl -sk -X POST -H "Authorization: Bearer rehear.rehearsalonly000" "$SERVER/apis/certificates.k8s.io/v1/certificatesigningrequests" -d "{}"',
      'echo "and the same from a second machine"',
    ],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. Both calls are refused; a token used from two machines is what counts.',
  },
  'kubernetes/capa-identity-changed': {
    steps: [
      apply({
        apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
        kind: 'AWSClusterRoleIdentity',
        metadata: { name: 'tripline-rehearsal' },
        spec: {
          roleARN: 'arn:aws:iam::111122223333:role/none',
          sourceIdentityRef: { kind: 'AWSClusterControllerIdentity', name: 'default' },
        },
      }),
    ],
    undo: ['kubectl delete awsclusterroleidentity tripline-rehearsal'],
  },
  'kubernetes/capi-cluster-deleted': {
    steps: [
      ns,
      `kubectl -n tripline-rehearsal apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'Cluster', metadata: { name: 'rehearsal' }, spec: { paused: true } })}'`,
      'kubectl -n tripline-rehearsal delete cluster rehearsal --wait=false',
    ],
    undo: [gone],
    note: 'A Cluster of nothing. If it stays, take its finalizers away.',
  },
  'kubernetes/capi-object-changed-by-unexpected': {
    steps: [`kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify(machineTemplate)}'`],
    undo: ['kubectl -n "$FLEET" delete awsmachinetemplate tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/client-certificate-requested': {
    steps: [
      'openssl req -new -newkey rsa:2048 -nodes -keyout rehearsal.key -subj /CN=rehearsal -out rehearsal.csr',
      'kubectl create -f - <<< "{\\"apiVersion\\":\\"certificates.k8s.io/v1\\",\\"kind\\":\\"CertificateSigningRequest\\",\\"metadata\\":{\\"name\\":\\"tripline-rehearsal\\"},\\"spec\\":{\\"signerName\\":\\"kubernetes.io/kube-apiserver-client\\",\\"usages\\":[\\"client auth\\"],\\"request\\":\\"$(base64 < rehearsal.csr | tr -d \'\\n\')\\"}}"',
    ],
    undo: ['kubectl delete certificatesigningrequest tripline-rehearsal', 'rm rehearsal.key rehearsal.csr'],
    note: 'Never approve it.',
  },
  'kubernetes/clusterclass-changed': {
    steps: ['kubectl -n "$FLEET" annotate clusterclass --all tripline-rehearsal=true'],
    undo: ['kubectl -n "$FLEET" annotate clusterclass --all tripline-rehearsal-'],
    note: 'Annotations of a class are not rolled out.',
  },
  'kubernetes/controller-or-node-impersonated': {
    steps: ['kubectl get nodes --as=system:serviceaccount:kube-system:karpenter'],
    undo: nothing,
  },
  'kubernetes/controller-pod-entered': {
    steps: ['kubectl -n kube-system exec deployment/karpenter -- true || true'],
    undo: nothing,
    note: 'The image has no shell: the attempt is the record.',
  },
  'kubernetes/controller-rbac-granted': {
    steps: ['kubectl create clusterrole tripline-rehearsal --verb=patch --resource=nodepools.karpenter.sh'],
    undo: ['kubectl delete clusterrole tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/controller-secret-touched': {
    steps: [
      'kubectl -n kube-system create secret generic karpenter-rehearsal --from-literal=a=b',
      'kubectl -n kube-system get secret karpenter-rehearsal',
    ],
    undo: ['kubectl -n kube-system delete secret karpenter-rehearsal'],
    note: notNamed,
  },
  'kubernetes/controller-token-minted': {
    steps: ['kubectl -n kube-system create token karpenter --duration 10m > /dev/null'],
    undo: nothing,
    note: 'The token is thrown away and ends in ten minutes.',
  },
  'kubernetes/denied-burst': {
    steps: [
      ns,
      'kubectl -n tripline-rehearsal create serviceaccount nobody',
      'TOKEN=$(kubectl -n tripline-rehearsal create token nobody --duration 10m)',
      'for i in $(seq 1 30); do kubectl --token "$TOKEN" get secrets -A > /dev/null 2>&1; done',
    ],
    undo: [gone, 'unset TOKEN'],
    note: 'Your kubeconfig must name no client certificate of its own, else it wins over the token.',
  },
  'kubernetes/gitops-guard-changed': {
    steps: [
      apply({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'tripline-rehearsal', namespace: 'flux-system' },
        spec: { suspend: true, interval: '1h', prune: false, sourceRef: { kind: 'GitRepository', name: 'none' } },
      }),
      'kubectl -n flux-system patch kustomization.kustomize.toolkit.fluxcd.io tripline-rehearsal --type merge -p \'{"spec":{"path":"./elsewhere"}}\'',
    ],
    undo: ['kubectl -n flux-system delete kustomization.kustomize.toolkit.fluxcd.io tripline-rehearsal'],
    note: 'With Flux; it is suspended and applies nothing.',
  },
  'kubernetes/host-access-pod': {
    steps: [
      apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'tripline-rehearsal', namespace: 'default' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'rehearsal' } },
          template: {
            metadata: { labels: { app: 'rehearsal' } },
            spec: {
              hostPID: true,
              containers: [{ name: 'a', image: 'example.com/none', securityContext: { privileged: true } }],
            },
          },
        },
      }),
    ],
    undo: ['kubectl -n default delete deployment tripline-rehearsal'],
    note: 'No replica is ever run.',
  },
  'kubernetes/karpenter-identity-misused': {
    steps: [
      'TOKEN=$(kubectl -n kube-system create token karpenter --duration 10m)',
      'kubectl --token "$TOKEN" get secrets -A > /dev/null 2>&1 || true',
    ],
    undo: ['unset TOKEN'],
    note: 'Your kubeconfig must name no client certificate of its own, else it wins over the token.',
  },
  'kubernetes/leader-lease-deleted': {
    steps: ['kubectl -n kube-system delete lease karpenter-leader-election'],
    undo: nothing,
    note: 'Karpenter makes it again within seconds, perhaps with another leader.',
  },
  'kubernetes/machine-created-by-unexpected': {
    steps: [machineDeployment],
    undo: ['kubectl -n "$FLEET" delete machinedeployment tripline-rehearsal'],
    note: 'Of no replica, paused. As a principal that the settings do not name.',
  },
  'kubernetes/machine-created-outside-hours': {
    steps: [machineDeployment],
    undo: ['kubectl -n "$FLEET" delete machinedeployment tripline-rehearsal'],
    note: 'Of no replica, paused. Set `businessHours` so that now is outside of them.',
  },
  'kubernetes/machine-remediation-weakened': {
    steps: [
      `kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'MachineHealthCheck', metadata: { name: 'tripline-rehearsal' }, spec: { clusterName: 'none', selector: { matchLabels: { none: 'none' } }, unhealthyConditions: [{ type: 'Ready', status: 'False', timeout: '1h' }] } })}'`,
      'kubectl -n "$FLEET" delete machinehealthcheck tripline-rehearsal',
    ],
    undo: nothing,
  },
  'kubernetes/machine-template-unhardened': {
    steps: [`kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify(machineTemplate)}'`],
    undo: ['kubectl -n "$FLEET" delete awsmachinetemplate tripline-rehearsal'],
    note: 'Where the audit log holds bodies; no machine is made from it.',
  },
  'kubernetes/namespace-guard-removed': {
    steps: ['kubectl label namespace kube-system pod-security.kubernetes.io/enforce=privileged --overwrite'],
    undo: ['kubectl label namespace kube-system pod-security.kubernetes.io/enforce-'],
    note: 'Note the former label first.',
  },
  'kubernetes/node-identity-off-node': {
    steps: [
      'echo "on the node, read the kubelet\'s client certificate; here, point KUBECONFIG at it"',
      'kubectl get node "$NODE"',
    ],
    undo: ['unset KUBECONFIG', 'echo "replace the node: its certificate was copied"'],
  },
  'kubernetes/node-label-or-taint-tampered': {
    steps: [
      'kubectl label node "$NODE" karpenter.sh/do-not-disrupt=true',
      'kubectl annotate node "$NODE" karpenter.sh/do-not-disrupt=true',
    ],
    undo: [
      'kubectl label node "$NODE" karpenter.sh/do-not-disrupt-',
      'kubectl annotate node "$NODE" karpenter.sh/do-not-disrupt-',
    ],
  },
  'kubernetes/nodeclass-unhardened': {
    steps: [apply(nodeClass({ metadataOptions: { httpTokens: 'optional' } }))],
    undo: ['kubectl delete ec2nodeclass tripline-rehearsal'],
    note: 'Where the audit log holds bodies (not on EKS). It selects no subnet, so nothing is launched.',
  },
  'kubernetes/nodeclass-user-data-changed': {
    steps: [apply(nodeClass({ userData: '#!/bin/sh' }))],
    undo: ['kubectl delete ec2nodeclass tripline-rehearsal'],
    note: 'Where the audit log holds bodies (not on EKS). It selects no subnet, so nothing is launched.',
  },
  'kubernetes/nodepool-deleted': {
    steps: [apply(pool('tripline-rehearsal')), 'kubectl delete nodepool tripline-rehearsal'],
    undo: nothing,
    note: notNamed,
  },
  'kubernetes/nodepool-unrestricted': {
    steps: [apply(pool('tripline-rehearsal'))],
    undo: ['kubectl delete nodepool tripline-rehearsal'],
    note: 'Where the audit log holds bodies (not on EKS). Its limit of no CPU launches nothing.',
  },
  'kubernetes/provisioning-changed-by-unexpected': {
    steps: [apply(pool('tripline-rehearsal'))],
    undo: ['kubectl delete nodepool tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/secret-sweep': {
    steps: ['kubectl get secrets -A > /dev/null'],
    undo: nothing,
    note: notNamed,
  },
  'kubernetes/service-account-off-cluster': {
    steps: [
      'TOKEN=$(kubectl -n kube-system create token karpenter --duration 10m)',
      'kubectl --token "$TOKEN" get nodepools',
    ],
    undo: ['unset TOKEN'],
    note: 'From a network that is no range of the settings; your kubeconfig must name no client certificate of its own.',
  },
  'lineage/bootstrap-secret-read-then-join': {
    steps: [
      'kubectl -n "$FLEET" get secrets > /dev/null',
      'kubectl -n "$FLEET" scale machinedeployment --all --replicas 1',
    ],
    undo: ['kubectl -n "$FLEET" scale machinedeployment --all --replicas 0'],
    note: 'In a fleet of the test alone: a machine joins after somebody unexpected read what lets it.',
  },
  'lineage/credentials-crossed-planes': {
    steps: [
      onNode('aws eks get-token --cluster-name rehearsal'),
      'echo "take that token here: kubectl --token TOKEN get nodes"',
    ],
    undo: nothing,
    note: "A node's key must not sign in as another identity.",
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
  'lineage/nodeclass-changed-then-launched': {
    steps: [
      'kubectl annotate ec2nodeclass --all tripline-rehearsal=true',
      'kubectl create deployment tripline-rehearsal --image=public.ecr.aws/eks-distro/kubernetes/pause:3.9 --replicas=50',
    ],
    undo: ['kubectl delete deployment tripline-rehearsal', 'kubectl annotate ec2nodeclass --all tripline-rehearsal-'],
    note: `${notNamed} Karpenter must need a node for the pods.`,
  },
  'lineage/secret-read-then-aws-call': {
    steps: [
      'kubectl -n kube-system create secret generic karpenter-rehearsal --from-literal=a=b',
      'kubectl -n kube-system get secret karpenter-rehearsal',
      asController(),
      `${withThem} aws ec2 describe-instances --region "$REGION" --max-items 1 > /dev/null`,
    ],
    undo: ['kubectl -n kube-system delete secret karpenter-rehearsal', 'unset CREDENTIALS'],
    note: 'From a network where the role was not seen before.',
  },
  'pipeline/audit-evidence-omitted': {
    steps: [
      ns,
      // By standard input: one argument of a program holds 128 KB.
      "head -c 900000 /dev/zero | tr '\\0' x | kubectl -n tripline-rehearsal create configmap large --from-file=a=/dev/stdin",
    ],
    undo: [gone],
    note: 'Where the audit policy records bodies of that kind and cuts long events.',
  },
  'pipeline/evidence-omitted': {
    steps: [
      `aws ec2 create-launch-template --region "$REGION" --launch-template-name eks-tripline-rehearsal --launch-template-data "{\\"UserData\\":\\"$(head -c 12000 /dev/zero | base64 | tr -d '\\n')\\"}"`,
    ],
    undo: [untemplate('eks-tripline-rehearsal')],
    note: 'CloudTrail leaves out what is over its size; where it records the call whole there is nothing to find.',
  },
  'pipeline/canary-returned': {
    steps: [
      'echo "deploy with deployment.canary.regions on (it is by default) and wait for the next round, at most half an hour and what CloudTrail takes"',
    ],
    undo: nothing,
    note: 'The stage calls, and resolves the finding itself: npx tripline doctor --stage STAGE --all says when each came back.',
  },
  'pipeline/audit-canary-returned': {
    steps: [
      'echo "name the cluster in deployment.canary.clusters, deploy, and wait for the next round, at most half an hour"',
    ],
    undo: ['echo "take the cluster out of deployment.canary.clusters and deploy"'],
    note: 'The endpoint must be reachable from the function.',
  },
  'pipeline/canary-lost': {
    steps: [
      'aws events disable-rule --region "$REGION" --name tripline-test-candidates-2',
      'echo "read-only calls no longer arrive: wait for an hour"',
    ],
    undo: ['aws events enable-rule --region "$REGION" --name tripline-test-candidates-2'],
    note: 'In a stage named test; `npx tripline filters` shows which pattern admits DescribeExportTasks. The guard topic tells of the change at once.',
  },
  'pipeline/limit-reached': {
    steps: [
      'echo "set the threshold of cloudtrail/launch-burst to 1000 and rehearse it: its set of instances is then full"',
    ],
    undo: ['echo "take the threshold back"'],
    note: 'Costly to reach by real calls: the test suite reaches each bound.',
  },
  'pipeline/object-unread': {
    steps: [
      'echo "in a test stage with `reader: true`, delete the access entry of the role tripline-STAGE-posture-reader, then write a NodePool: kubectl label nodepool default tripline-rehearsal=yes"',
    ],
    undo: ['kubectl label nodepool default tripline-rehearsal-', 'echo "make the access entry again"'],
    note: 'Only where the posture reader is on.',
  },
  'pipeline/source-silent': {
    steps: [
      'echo "in a test stage, name a cluster in the settings whose audit logging is off, deploy, and wait for the subscriptions to be checked (at most an hour)"',
    ],
    undo: ['echo "take the cluster out of the settings and deploy"'],
    note: 'A source that falls silent by itself is said an hour later at the earliest.',
  },
  'pipeline/rule-failed': {
    steps: ['echo "deploy a test stage with a detection whose \'by\' throws, and make its call"'],
    undo: ['echo "deploy the stage without it"'],
    note: 'No call from outside can make a rule throw, unless there is a defect in it.',
  },
};
