import { iamUser } from '../audit.ts';
import * as aws from '../aws.ts';
import { sessionOf } from '../instance.ts';
import { at, atDesk, away, mallory, nodeAt, type Tell, thief } from './scene.ts';

/** Credentials of nodes and controllers in other hands, and how they get there. */

export const enteredController: Tell = ({ eks }) => {
  eks.add({
    user: iamUser('developer', 'mallory'),
    from: thief,
    time: at(12, 20),
    verb: 'create',
    what: '/pods/exec',
    namespace: 'kube-system',
    name: 'karpenter-6d5f7c9b8-abcde',
    code: 101,
    over: {
      stage: 'ResponseStarted',
      requestURI: '/api/v1/namespaces/kube-system/pods/karpenter-6d5f7c9b8-abcde/exec?command=sh',
    },
  });
  return { story: 'mallory opens a shell in the Karpenter controller', expects: ['kubernetes/controller-pod-entered'] };
};

export const stolenNode: Tell = ({ trail, nodes }) => {
  const node = nodeAt(nodes, at(13, 5));
  const session = sessionOf(node);
  const calls = [
    ['sts', 'GetCallerIdentity', null],
    ['secretsmanager', 'ListSecrets', {}],
    ['secretsmanager', 'GetSecretValue', { secretId: 'pay-database' }],
    ['ec2', 'DescribeInstances', {}],
    ['iam', 'ListRoles', {}],
  ] as const;
  for (const [index, [source, name, requestParameters]] of calls.entries())
    trail.add(at(13, 5) + index * 20_000, source, name, session, {
      ...away,
      requestParameters,
      ...(source === 'iam'
        ? {
            errorCode: 'AccessDenied',
            errorMessage: `User: ${session.arn} is not authorized to perform: iam:ListRoles`,
          }
        : {}),
    });
  return {
    story: "a node's credentials are used from an address that is not the node's",
    expects: ['cloudtrail/instance-credentials-off-instance', 'cloudtrail/node-role-beyond-baseline'],
  };
};

export const crossedPlanes: Tell = ({ eks, nodes }) => {
  const node = nodeAt(nodes, at(13, 5));
  const user = iamUser(node.role, node.id);
  eks.add({
    time: at(13, 9),
    user: { ...user, extra: { ...user.extra, accessKeyId: [node.key] } },
    verb: 'list',
    what: '/secrets',
    namespace: 'payments',
    from: thief,
  });
  return {
    story: 'the stolen key of the node signs in to Kubernetes under another name than the node’s',
    expects: ['lineage/credentials-crossed-planes'],
  };
};

export const weakenedMetadata: Tell = ({ trail, nodes }) => {
  const { id } = nodeAt(nodes, at(13, 40), -3);
  trail.add(at(13, 40), 'ec2', 'ModifyInstanceMetadataOptions', mallory, {
    ...atDesk,
    readOnly: false,
    requestParameters: {
      ModifyInstanceMetadataOptionsRequest: {
        InstanceId: id,
        HttpTokens: 'optional',
        HttpPutResponseHopLimit: 2,
        HttpEndpoint: 'enabled',
      },
    },
    responseElements: {
      ModifyInstanceMetadataOptionsResponse: {
        instanceId: id,
        instanceMetadataOptions: { httpTokens: 'optional', httpPutResponseHopLimit: 2 },
      },
    },
  });
  return { story: 'mallory lets pods reach the metadata of a node', expects: ['cloudtrail/imds-protection-weakened'] };
};

export const stolenController: Tell = ({ trail, fleet }) => {
  fleet.add({
    time: at(17, 20),
    user: { username: 'mallory@example.com', groups: ['system:authenticated', 'developers'] },
    verb: 'get',
    what: '/secrets',
    namespace: 'capa-system',
    name: 'capa-manager-bootstrap-credentials',
    from: thief,
  });
  for (const [index, name] of ['DescribeInstances', 'DescribeSubnets', 'DescribeImages'].entries())
    trail.add(at(17, 41) + index * 15_000, 'ec2', name, aws.who.capa, { ...away, requestParameters: {} });
  return {
    story: 'mallory reads the cloud credentials of Cluster API, and its role is at work elsewhere twenty minutes later',
    expects: [
      'kubernetes/controller-secret-touched',
      'cloudtrail/controller-role-used-elsewhere',
      'lineage/secret-read-then-aws-call',
    ],
  };
};
