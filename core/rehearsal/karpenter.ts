import type { Rehearsals } from './rehearsal.ts';
import { apply, asController, launch, nothing, notNamed, template, terminate, untemplate, withThem } from './steps.ts';

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

/** What makes detections about those who steer Karpenter fire. */
export const karpenter: Rehearsals = {
  'cloudtrail/interruption-queue-changed': {
    steps: [
      'QUEUE=$(aws sqs create-queue --region "$REGION" --queue-name Karpenter-tripline-rehearsal --query QueueUrl --output text)',
      'aws sqs set-queue-attributes --region "$REGION" --queue-url "$QUEUE" --attributes DelaySeconds=1',
    ],
    undo: ['aws sqs delete-queue --region "$REGION" --queue-url "$QUEUE"'],
    note: `A queue of Karpenter’s usual name, which nobody reads: where \`interruptionQueues\` is set, name it so. ${notNamed}`,
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
  'kubernetes/karpenter-identity-misused': {
    steps: [
      'TOKEN=$(kubectl -n kube-system create token karpenter --duration 10m)',
      'kubectl --token "$TOKEN" get secrets -A > /dev/null 2>&1 || true',
    ],
    undo: ['unset TOKEN'],
    note: 'Your kubeconfig must name no client certificate of its own, else it wins over the token.',
  },
  'kubernetes/controller-stopped': {
    steps: ['kubectl -n kube-system scale deployment karpenter --replicas=0'],
    undo: ['kubectl -n kube-system scale deployment karpenter --replicas=2'],
    note: 'Nothing is provisioned meanwhile.',
  },
  'kubernetes/leader-lease-deleted': {
    steps: ['kubectl -n kube-system delete lease karpenter-leader-election'],
    undo: nothing,
    note: 'Karpenter makes it again within seconds, perhaps with another leader.',
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
  'lineage/nodeclass-changed-then-launched': {
    steps: [
      'kubectl annotate ec2nodeclass --all tripline-rehearsal=true',
      'kubectl create deployment tripline-rehearsal --image=public.ecr.aws/eks-distro/kubernetes/pause:3.9 --replicas=50',
    ],
    undo: ['kubectl delete deployment tripline-rehearsal', 'kubectl annotate ec2nodeclass --all tripline-rehearsal-'],
    note: `${notNamed} Karpenter must need a node for the pods.`,
  },
};
