import type { Rehearsals } from './rehearsal.ts';
import { asController, gone, launch, nothing, notNamed, ns, onNode, terminate, withThem } from './steps.ts';

/** What makes detections about metadata and credentials fire. */
export const credentials: Rehearsals = {
  'cloudtrail/node-disk-copied': {
    steps: [
      'COPIES=$(aws ec2 create-snapshots --region "$REGION" --instance-specification InstanceId="$INSTANCE" --description tripline-rehearsal --query "Snapshots[].SnapshotId" --output text)',
    ],
    undo: ['for one in $COPIES; do aws ec2 delete-snapshot --region "$REGION" --snapshot-id "$one"; done'],
    note: notNamed,
  },
  'cloudtrail/bootstrap-data-read': {
    steps: [
      'aws ec2 describe-instance-attribute --region "$REGION" --instance-id "$INSTANCE" --attribute userData > /dev/null',
    ],
    undo: nothing,
    note: notNamed,
  },
  'cloudtrail/pod-token-exchanged-off-node': {
    steps: [
      asController(),
      `${withThem} aws eks-auth assume-role-for-pod-identity --region "$REGION" --cluster-name "$CLUSTER" --token rehearsal || true`,
    ],
    undo: ['unset CREDENTIALS'],
    note: 'The refusal is the record: the role must not have eks-auth:AssumeRoleForPodIdentity.',
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
  'cloudtrail/node-tunnelled': {
    steps: [
      'ENDPOINT=$(aws ec2 create-instance-connect-endpoint --region "$REGION" --subnet-id "$SUBNET" --query InstanceConnectEndpoint.InstanceConnectEndpointId --output text)',
      'echo "wait until aws ec2 describe-instance-connect-endpoints says create-complete, some minutes"',
      'timeout 20 aws ec2-instance-connect open-tunnel --region "$REGION" --instance-id "$INSTANCE" --instance-connect-endpoint-id "$ENDPOINT" --remote-port 22 < /dev/null || true',
    ],
    undo: ['aws ec2 delete-instance-connect-endpoint --region "$REGION" --instance-connect-endpoint-id "$ENDPOINT"'],
    note: `${notNamed} SUBNET is one of the VPC of the node, which must let port 22 in from the endpoint.`,
  },
  'cloudtrail/instance-session-in-console': {
    steps: [
      'echo "with the credentials of cloudtrail/instance-credentials-off-instance: ask https://signin.aws.amazon.com/federation for a SigninToken and open its login address in a browser"',
    ],
    undo: ['echo "sign out of the console"'],
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
  'cloudtrail/web-identity-denied-burst': {
    steps: [
      'TOKEN=$(kubectl -n default create token default --audience sts.amazonaws.com)',
      'for i in $(seq 1 30); do aws sts assume-role-with-web-identity --region "$REGION" --role-arn "arn:aws:iam::$ACCOUNT:role/$CONTROLLER_ROLE" --role-session-name rehearsal --web-identity-token "$TOKEN" > /dev/null 2>&1; done',
    ],
    undo: ['unset TOKEN'],
    note: 'Every call is refused: the subject is not the one that the role trusts.',
  },
  'kubernetes/controller-token-minted': {
    steps: ['kubectl -n kube-system create token karpenter --duration 10m > /dev/null'],
    undo: nothing,
    note: 'The token is thrown away and ends in ten minutes.',
  },
  'kubernetes/node-identity-off-node': {
    steps: [
      'echo "on the node, read the kubelet\'s client certificate; here, point KUBECONFIG at it"',
      'kubectl get node "$NODE"',
    ],
    undo: ['unset KUBECONFIG', 'echo "replace the node: its certificate was copied"'],
  },
  'kubernetes/service-account-off-cluster': {
    steps: [
      'TOKEN=$(kubectl -n kube-system create token karpenter --duration 10m)',
      'kubectl --token "$TOKEN" get nodepools',
    ],
    undo: ['unset TOKEN'],
    note: 'From a network that is no range of the settings; your kubeconfig must name no client certificate of its own.',
  },
  'lineage/credentials-crossed-planes': {
    steps: [
      onNode('aws eks get-token --cluster-name rehearsal'),
      'echo "take that token here: kubectl --token TOKEN get nodes"',
    ],
    undo: nothing,
    note: "A node's key must not sign in as another identity.",
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
};
