import * as aws from '../aws.ts';
import { at, atDesk, mallory, type Tell } from './scene.ts';

/** Rights that are given, and watching that is taken away. */

export const grantedAccess: Tell = ({ trail }) => {
  trail.add(at(15, 31), 'eks', 'CreateAccessEntry', mallory, {
    ...atDesk,
    requestParameters: {
      name: 'prod',
      principalArn: `arn:aws:iam::${aws.account}:role/developer`,
      type: 'STANDARD',
      clientRequestToken: trail.random.guid(),
    },
    responseElements: {
      accessEntry: {
        clusterName: 'prod',
        principalArn: `arn:aws:iam::${aws.account}:role/developer`,
        type: 'STANDARD',
      },
    },
  });
  trail.add(at(15, 32), 'eks', 'AssociateAccessPolicy', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      name: 'prod',
      principalArn: `arn%3Aaws%3Aiam%3A%3A${aws.account}%3Arole%2Fdeveloper`,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    },
    responseElements: { clusterName: 'prod' },
  });
  return {
    story: 'mallory makes the developer role administrator of the cluster',
    expects: ['cloudtrail/eks-access-granted'],
  };
};

export const widenedNodeRole: Tell = ({ trail }) => {
  trail.add(at(15, 45), 'iam', 'AttachRolePolicy', mallory, {
    ...atDesk,
    requestParameters: { roleName: 'KarpenterNodeRole-prod', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
  });
  return { story: 'mallory gives every node the whole account', expects: ['cloudtrail/node-role-policy-attached'] };
};

export const blinded: Tell = ({ trail }) => {
  trail.add(at(16, 1), 'eks', 'UpdateClusterConfig', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      name: 'prod',
      logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: false }] },
    },
    responseElements: { update: { id: trail.random.guid(), status: 'InProgress', type: 'LoggingUpdate' } },
  });
  trail.add(at(16, 3), 'cloudtrail', 'StopLogging', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: { name: `arn:aws:cloudtrail:${aws.region}:${aws.account}:trail/main` },
  });
  return {
    story: 'mallory turns the audit log and the trail off',
    expects: ['cloudtrail/eks-audit-logging-disabled', 'cloudtrail/detection-disabled'],
  };
};
