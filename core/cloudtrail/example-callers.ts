import { karpenter, roleSession } from './example.ts';
import type { UserIdentity } from './record.ts';

/** The Cluster API provider's controller session. */
export const clusterApi = roleSession('controllers.cluster-api-provider-aws.sigs.k8s.io', '1788256800000000000');

/** The platform team's deployment session. */
export const platform = roleSession('platform-deployer', 'deploy');

/** Auto Scaling's service-linked role, launching for a node group. */
export const autoScaling: UserIdentity = {
  type: 'AssumedRole',
  principalId: 'AROAEXAMPLEEXAMPLEASG:AutoScaling',
  arn: 'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAutoScaling/AutoScaling',
  accountId: '111122223333',
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLEASG',
      arn: 'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
      accountId: '111122223333',
      userName: 'AWSServiceRoleForAutoScaling',
    },
    attributes: { creationDate: '2026-09-01T09:30:00Z', mfaAuthenticated: 'false' },
  },
  invokedBy: 'autoscaling.amazonaws.com',
};

/** A cluster's role, of any name, as EKS Auto Mode launches with it. */
export const autoMode: UserIdentity = {
  ...roleSession('shop-control-plane', 'aws-go-sdk-1788256800000000000'),
  invokedBy: 'eks.amazonaws.com',
};

/** Karpenter's session as EC2 Fleet uses it for RunInstances: no access key, `invokedBy` the service. */
export const karpenterFleet: UserIdentity = (({ accessKeyId: _, ...identity }) => ({
  ...identity,
  invokedBy: 'ec2fleet.amazonaws.com',
}))(karpenter);
