import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { list, text } from '../../json.ts';
import { matchesArn } from '../../wildcard.ts';
import { flag, get, requestOf, word } from '../ec2.ts';
import { delegateOf, instanceSession, principalOf } from '../principal.ts';
import { askedOf } from '../refused.ts';

type Record = Event<'cloudtrail'>['record'];

/** Data that machines boot with, as one call reads it. */
interface Read {
  readonly kind: 'user-data' | 'console' | 'launch-template' | 'secret' | 'parameter' | 'none';
  readonly resource: string;
  /** It writes them, or lets others read them: what the next machine boots with is its word then. */
  readonly written: boolean;
}

const nothing: Read = { kind: 'none', resource: 'none', written: false };
const texts = (values: readonly unknown[]): readonly string[] => values.filter(value => typeof value === 'string');
const read = (kind: Read['kind'], resource: string | undefined, written = false): Read => ({
  kind,
  resource: resource ?? 'unknown',
  written,
});

/** Calls that change a secret or a parameter, or hand it on. */
const secretWrites = [
  'PutSecretValue',
  'UpdateSecret',
  'UpdateSecretVersionStage',
  'PutResourcePolicy',
  'ReplicateSecretToRegions',
  'AssociateCrossAccountReplica',
];
const parameterWrites = ['PutParameter', 'LabelParameterVersion'];

/** Where the AWS provider of Cluster API keeps bootstrap data (its services/secretsmanager and services/ssm). */
const secretName = /(^|:secret:)aws\.cluster\.x-k8s\.io\//;
const parameterName = /^\/cluster\.x-k8s\.io(\/|$)|:parameter\/cluster\.x-k8s\.io\//;

const readOf = (record: Record): Read => {
  const request = requestOf(record);
  const plain = askedOf(record);
  switch (`${record.eventSource}/${record.eventName}`) {
    case 'ec2.amazonaws.com/DescribeInstanceAttribute':
      return word(request, 'attribute')?.toLowerCase() === 'userdata'
        ? read('user-data', word(request, 'instanceId'))
        : nothing;
    case 'ec2.amazonaws.com/GetLaunchTemplateData':
      return read('user-data', word(request, 'instanceId'));
    // What cloud-init prints as a machine boots goes to its console: of a control plane, kubeadm's own token to join by.
    case 'ec2.amazonaws.com/GetConsoleOutput':
      return read('console', word(request, 'instanceId'));
    case 'ec2.amazonaws.com/DescribeLaunchTemplateVersions':
      return read('launch-template', word(request, 'launchTemplateName') ?? word(request, 'launchTemplateId'));
    case 'secretsmanager.amazonaws.com/GetSecretValue':
    case 'secretsmanager.amazonaws.com/BatchGetSecretValue':
    case 'secretsmanager.amazonaws.com/PutSecretValue':
    case 'secretsmanager.amazonaws.com/UpdateSecret':
    case 'secretsmanager.amazonaws.com/UpdateSecretVersionStage':
    case 'secretsmanager.amazonaws.com/PutResourcePolicy':
    case 'secretsmanager.amazonaws.com/ReplicateSecretToRegions':
    case 'secretsmanager.amazonaws.com/AssociateCrossAccountReplica': {
      const found = texts([...list(plain, 'secretId'), ...list(plain, 'secretIdList')]).find(name =>
        secretName.test(name),
      );
      return found === undefined ? nothing : read('secret', found, secretWrites.includes(record.eventName));
    }
    case 'ssm.amazonaws.com/GetParameter':
    case 'ssm.amazonaws.com/GetParameters':
    case 'ssm.amazonaws.com/GetParameterHistory':
    case 'ssm.amazonaws.com/GetParametersByPath':
    case 'ssm.amazonaws.com/PutParameter':
    case 'ssm.amazonaws.com/LabelParameterVersion': {
      const found = texts([...list(plain, 'name'), ...list(plain, 'names'), ...list(plain, 'path')]).find(name =>
        parameterName.test(name),
      );
      // Every parameter of the account, and those of Cluster API among them.
      if (word(plain, 'path') === '/' && flag(get(plain, 'recursive')) === true) return read('parameter', '/');
      return found === undefined ? nothing : read('parameter', found, parameterWrites.includes(record.eventName));
    }
    default:
      return nothing;
  }
};

/** The same as a filter says it: workloads read other secrets and parameters all day. */
const secretNames = ['aws.cluster.x-k8s.io/', '*:secret:aws.cluster.x-k8s.io/'].map(start => ({
  wildcard: `${start}*`,
}));
const parameterNames = ['/cluster.x-k8s.io*', '*:parameter/cluster.x-k8s.io/*'].map(wildcard => ({ wildcard }));
const secrets = {
  eventSource: ['secretsmanager.amazonaws.com'],
  eventName: ['GetSecretValue', 'BatchGetSecretValue', ...secretWrites],
};
const parameters = {
  eventSource: ['ssm.amazonaws.com'],
  eventName: ['GetParameter', 'GetParameters', 'GetParameterHistory', 'GetParametersByPath', ...parameterWrites],
};

const needs = () => ({
  $or: [
    {
      eventSource: ['ec2.amazonaws.com'],
      eventName: [
        'DescribeInstanceAttribute',
        'GetLaunchTemplateData',
        'DescribeLaunchTemplateVersions',
        'GetConsoleOutput',
      ],
    },
    ...['secretId', 'secretIdList'].map(name => ({ ...secrets, requestParameters: { [name]: secretNames } })),
    ...['name', 'names'].map(name => ({ ...parameters, requestParameters: { [name]: parameterNames } })),
    { ...parameters, requestParameters: { path: [...parameterNames, '/'] } },
    // A refused call has no parameters: its message names what it was for.
    { ...secrets, errorMessage: [{ wildcard: '*aws.cluster.x-k8s.io/*' }] },
    { ...parameters, errorMessage: [{ wildcard: '*:parameter/cluster.x-k8s.io/*' }] },
  ],
});

/** Who reads what machines boot with. */
export const bootstrapFacts: Facts<'cloudtrail'> = {
  'bootstrap.kind': {
    doc: 'What data that machines boot with a call reads, writes or hands on: `user-data`, `console` (what a machine printed as it booted), `launch-template` (its versions hold user data), `secret` or `parameter` (Cluster API); `none` otherwise.',
    needs,
    read: event => readOf(event.record).kind,
  },
  'bootstrap.resource': {
    doc: 'The instance, launch template, secret or parameter that it reads.',
    needs,
    read: event => readOf(event.record).resource,
  },
  'bootstrap.written': {
    doc: 'Whether it writes a secret or a parameter that machines boot with, or lets others read it.',
    needs,
    read: event => readOf(event.record).written,
  },
  'bootstrap.own': {
    doc: 'Whether a machine reads what it boots with itself: its own user data, or a Cluster API secret with a node role.',
    needs,
    read: ({ record }, settings) => {
      const { kind, resource, written } = readOf(record);
      if (written) return false;
      if (kind === 'user-data') return instanceSession(record)?.instance === resource;
      return (kind === 'secret' || kind === 'parameter') && principalOf(record, settings).kind === 'node';
    },
  },
  'principal.reader': {
    doc: 'Whether the settings list the caller under `secretReaders`, who may read bootstrap data.',
    needs: () => ({}),
    read: ({ record }, settings) => {
      if (delegateOf(record.userIdentity ?? {}, settings) !== undefined) return false;
      const { id } = principalOf(record, settings);
      const session = text(record, 'userIdentity', 'arn') ?? id;
      const allowed = settings.secretReaders.arns ?? [];
      return matchesArn(allowed, id) || matchesArn(allowed, session);
    },
  },
};
