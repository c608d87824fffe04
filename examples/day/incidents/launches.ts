import { type AuditLog, iamUser } from '../audit.ts';
import * as aws from '../aws.ts';
import { dns, type Instance, launchedItem, newInstance } from '../instance.ts';
import { karpenterLaunch } from '../launch.ts';
import { minute } from '../random.ts';
import { at, away, mallory, type Tell } from './scene.ts';

/** Who launches what nobody asked for, or from where nobody looks. */

export const miners: Tell = ({ trail }) => {
  const one = newInstance(trail.random, at(2, 11), 'p5.48xlarge', 'none', 'developer', 7);
  trail.add(one.launched, 'ec2', 'RunInstances', mallory, {
    ...away,
    requestParameters: {
      instancesSet: { items: [{ imageId: aws.image, minCount: 1, maxCount: 1 }] },
      instanceType: one.type,
      userData: '<sensitiveDataRemoved>',
    },
    responseElements: {
      instancesSet: {
        items: [
          launchedItem(one, [], {
            metadataOptions: {
              state: 'pending',
              httpTokens: 'required',
              httpPutResponseHopLimit: 1,
              httpEndpoint: 'enabled',
              httpProtocolIpv6: 'disabled',
            },
          }),
        ],
      },
    },
  });
  return {
    story: 'mallory starts an accelerated instance with a stolen developer key',
    expects: ['cloudtrail/disallowed-instance-family-launched'],
  };
};

export const elsewhere: Tell = ({ trail }) => {
  for (let index = 0; index < 3; index++)
    trail.add(at(2, 30) + index * 30_000, 'ec2', 'RunInstances', mallory, {
      ...away,
      awsRegion: 'ap-southeast-2',
      requestParameters: {
        instancesSet: { items: [{ imageId: aws.image, minCount: 4, maxCount: 4 }] },
        instanceType: 'c7g.xlarge',
      },
      errorCode: 'Client.UnauthorizedOperation',
      errorMessage: 'You are not authorized to perform this operation.',
    });
  return {
    story: 'mallory tries to launch where nobody looks',
    expects: ['cloudtrail/launch-outside-approved-region'],
  };
};

export const changedPool: Tell = ({ eks }) => {
  const by = { user: iamUser('developer', 'mallory'), from: aws.office };
  eks.add({ ...by, time: at(2, 58), verb: 'patch', what: 'karpenter.sh/nodepools', name: 'default' });
  eks.add({ ...by, time: at(12, 44), verb: 'delete', what: 'karpenter.sh/nodepools', name: 'batch' });
  return {
    story: 'mallory widens one NodePool by hand and deletes another',
    expects: ['kubernetes/provisioning-changed-by-unexpected', 'kubernetes/nodepool-deleted'],
  };
};

export const widenedPool: Tell = ({ trail }) => {
  karpenterLaunch(trail, at(3, 2), 'default', ['g5.12xlarge'], 2);
  return {
    story: 'a widened NodePool makes Karpenter launch GPU nodes, which never join',
    expects: ['cloudtrail/disallowed-instance-family-launched', 'lineage/instance-never-joined'],
  };
};
/** A kubelet registers its Node, as those of ordinary launches do. */
const joins = (eks: AuditLog, node: Instance): void => {
  const name = dns(node);
  eks.add({
    time: node.launched + minute,
    user: {
      ...iamUser(node.role, node.id, ['system:bootstrappers', 'system:nodes', 'system:authenticated']),
      username: `system:node:${name}`,
    },
    verb: 'create',
    what: '/nodes',
    from: node.address,
    agent: 'kubelet/v1.34.1 (linux/arm64) kubernetes/0000000',
    over: {
      level: 'RequestResponse',
      requestObject: {
        kind: 'Node',
        apiVersion: 'v1',
        metadata: { name, labels: { 'karpenter.sh/nodepool': node.pool } },
        spec: { providerID: `aws:///${aws.region}a/${node.id}` },
      },
    },
  });
};

export const changedClass: Tell = ({ trail, eks }) => {
  eks.add({
    time: at(4, 40),
    user: iamUser('developer', 'mallory'),
    verb: 'patch',
    what: 'karpenter.k8s.aws/ec2nodeclasses',
    name: 'batch',
    from: aws.office,
  });
  for (const node of karpenterLaunch(trail, at(4, 52), 'batch', ['m7g.large'], 1, 'batch')) joins(eks, node);
  return {
    story: 'mallory changes a node class by hand, and twelve minutes later a node boots what it says',
    expects: ['kubernetes/provisioning-changed-by-unexpected', 'lineage/nodeclass-changed-then-launched'],
  };
};
