import { at, atDesk, mallory, nodeAt, type Tell } from './scene.ts';

/** What makes Karpenter take other things, or lose its own. */

export const steered: Tell = ({ trail }) => {
  for (const [minutes, resourceId, key, value] of [
    [20, 'sg-0eee', 'karpenter.sh/discovery', 'prod'],
    [22, 'subnet-0eee', 'karpenter.sh/discovery', 'prod'],
  ] as const)
    trail.add(at(10, minutes), 'ec2', 'CreateTags', mallory, {
      ...atDesk,
      requestParameters: { resourcesSet: { items: [{ resourceId }] }, tagSet: { items: [{ key, value }] } },
      responseElements: { requestId: trail.random.guid(), _return: true },
    });
  return {
    story: 'mallory tags an open security group and a subnet so that Karpenter will use them',
    expects: ['cloudtrail/karpenter-tag-tampered'],
  };
};

export const disowned: Tell = ({ trail, nodes }) => {
  const node = nodeAt(nodes, at(10, 40), -2);
  trail.add(at(10, 40), 'ec2', 'DeleteTags', mallory, {
    ...atDesk,
    requestParameters: {
      resourcesSet: { items: [{ resourceId: node.id }] },
      tagSet: { items: [{ key: 'karpenter.sh/nodepool' }, { key: 'eks:eks-cluster-name' }] },
    },
    responseElements: { requestId: trail.random.guid(), _return: true },
  });
  return {
    story: 'mallory takes ownership tags off a node, so that Karpenter forgets it',
    expects: ['cloudtrail/karpenter-tag-tampered'],
  };
};

export const poisonedTemplate: Tell = ({ trail }) => {
  trail.add(at(14, 2), 'ec2', 'CreateLaunchTemplateVersion', mallory, {
    ...atDesk,
    requestParameters: {
      CreateLaunchTemplateVersionRequest: {
        LaunchTemplateName: 'karpenter.k8s.aws/1234567890123456789',
        SourceVersion: '1',
        LaunchTemplateData: { UserData: '<sensitiveDataRemoved>' },
      },
    },
    responseElements: {
      CreateLaunchTemplateVersionResponse: {
        launchTemplateVersion: {
          launchTemplateId: 'lt-0aaa',
          launchTemplateName: 'karpenter.k8s.aws/1234567890123456789',
          versionNumber: 2,
        },
      },
    },
  });
  return {
    story: "mallory adds a version to Karpenter's launch template: every new node boots it",
    expects: ['cloudtrail/karpenter-template-poisoned'],
  };
};
