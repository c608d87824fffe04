import { at, isObject, type Json, list } from '../json.ts';
import { judgeEncryption, judgeMetadata } from './metadata.ts';
import { type Expectation, judgeImageId, type Look, look, type Problem, type Subject } from './problem.ts';

/** Where each kind of Cluster API Provider AWS keeps its machine (v1beta1 and v1beta2 alike). */
const specOf: { readonly [kind: string]: string } = {
  AWSMachineTemplate: 'spec.template.spec',
  AWSMachine: 'spec',
  AWSMachinePool: 'spec.awsLaunchTemplate',
  AWSManagedMachinePool: 'spec.awsLaunchTemplate',
};

/** Kinds whose every machine is described by the object; a managed pool without a launch template uses EKS's own defaults. */
const describesAll: ReadonlySet<string> = new Set(['AWSMachineTemplate', 'AWSMachine', 'AWSMachinePool']);

/** Kinds of Cluster API's AWS provider that make machines. */
export const awsMachineKinds: readonly string[] = Object.keys(specOf);

/**
 * Judges a machine of Cluster API Provider AWS. The provider's defaults differ from Karpenter's: `httpTokens` is `optional`, and
 * without `sshKeyName` the key pair `default` is used (an empty string means none).
 */
export const judgeAWSMachine = (kind: string, subject: Subject, expectation: Expectation): readonly Problem[] => {
  const root = specOf[kind];
  if (root === undefined) return [];
  const node = look(subject);
  if (!describesAll.has(kind) && node.at(root) === undefined) return [];
  return [
    ...judgeOptions(node, root),
    ...judgeImage(node, root),
    ...judgeImageId(node.at(`${root}.ami.id`), `${root}.ami.id`, expectation),
    ...judgeKey(node, root),
    ...judgeVolumes(node, root),
    ...judgeExposure(node, root),
  ];
};

const judgeOptions = (node: Look, root: string): readonly Problem[] => {
  const path = `${root}.instanceMetadataOptions`;
  const said = judgeMetadata(
    {
      tokens: node.at(`${path}.httpTokens`),
      hops: node.at(`${path}.httpPutResponseHopLimit`),
      ipv6: node.at(`${path}.httpProtocolIpv6`),
      endpoint: node.at(`${path}.httpEndpoint`),
    },
    path,
  );
  if (!node.lacks(`${path}.httpTokens`) || node.at(`${path}.httpEndpoint`) === 'disabled') return said;
  return [
    {
      code: 'imds-tokens-optional',
      path: `${path}.httpTokens`,
      severity: 'high',
      message: "httpTokens is not set, and the provider's default is `optional` (IMDSv1).",
    },
    ...said,
  ];
};

const judgeImage = (node: Look, root: string): readonly Problem[] => {
  if (!node.lacks(`${root}.ami.id`)) return [];
  return [
    {
      code: 'ami-unpinned',
      path: `${root}.ami.id`,
      severity: 'high',
      message: 'No image id is pinned: the image is looked up by name when machines are made.',
    },
  ];
};

const judgeKey = (node: Look, root: string): readonly Problem[] => {
  const path = `${root}.sshKeyName`;
  const name = node.at(path);
  if (typeof name === 'string' && name !== '')
    return [{ code: 'ssh-key', path, severity: 'high', message: `Machines carry the SSH key ${name}.` }];
  if (!node.lacks(path)) return [];
  return [
    {
      code: 'ssh-key-default',
      path,
      severity: 'medium',
      message: 'No SSH key is named, and the provider then uses the key pair `default`; an empty string means none.',
    },
  ];
};

const judgeVolumes = (node: Look, root: string): readonly Problem[] => {
  const rootVolume = node.at(`${root}.rootVolume`);
  const judged = node.lacks(`${root}.rootVolume.encrypted`) || at(rootVolume ?? null, 'encrypted') !== undefined;
  const others: readonly Json[] = list({ volumes: node.at(`${root}.nonRootVolumes`) ?? [] }, 'volumes');
  return [
    ...(judged
      ? judgeEncryption(at(isObject(rootVolume) ? rootVolume : {}, 'encrypted'), `${root}.rootVolume.encrypted`)
      : []),
    ...others.flatMap((one, index) =>
      judgeEncryption(at(one, 'encrypted'), `${root}.nonRootVolumes[${index}].encrypted`),
    ),
  ];
};

const judgeExposure = (node: Look, root: string): readonly Problem[] => {
  const problems: Problem[] = [];
  if (node.at(`${root}.publicIP`) === true)
    problems.push({
      code: 'public-address',
      path: `${root}.publicIP`,
      severity: 'high',
      message: 'Machines get public addresses.',
    });
  if (node.at(`${root}.cloudInit.insecureSkipSecretsManager`) === true)
    problems.push({
      code: 'bootstrap-data-exposed',
      path: `${root}.cloudInit.insecureSkipSecretsManager`,
      severity: 'high',
      message:
        'Bootstrap data, with its join token, is in user data, where whoever reads instance attributes or metadata finds it.',
    });
  if (node.at(`${root}.ignition.storageType`) === 'UnencryptedUserData')
    problems.push({
      code: 'bootstrap-data-exposed',
      path: `${root}.ignition.storageType`,
      severity: 'high',
      message:
        'Bootstrap data, with its join token, is in user data, where whoever reads instance attributes or metadata finds it.',
    });
  return problems;
};
