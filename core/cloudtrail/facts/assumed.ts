import type { Event } from '../../event.ts';
import type { Facts } from '../../fact.ts';
import { list, text } from '../../json.ts';
import type { Controller, Settings } from '../../settings.ts';
import { matchesAny } from '../../wildcard.ts';
import { principalOf } from '../principal.ts';
import { lastSegment, roleByArn } from '../roles.ts';
import { controllerArns, nodeArns } from './principal.ts';

type Record = Event<'cloudtrail'>['record'];

const assuming = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'AssumeRoleWithSAML'];
const needs = () => ({ eventSource: ['sts.amazonaws.com'], eventName: assuming });

/** The role that a call assumes, by ARN. Denied calls hold no parameters (STS). */
const roleOf = (record: Record): string =>
  record.eventSource === 'sts.amazonaws.com' && assuming.includes(record.eventName)
    ? (text(record, 'requestParameters', 'roleArn') ?? 'none')
    : 'none';

const tag = (record: Record, key: string): string | undefined =>
  list(record, 'requestParameters', 'tags')
    .filter(one => text(one, 'key') === key)
    .map(one => text(one, 'value'))
    .find(value => value !== undefined && value !== '');

const byPod = (record: Record): boolean => record.userIdentity?.invokedBy === 'pods.eks.amazonaws.com';

/** The Kubernetes service account behind a call: of a web identity token, or of EKS Pod Identity's session tags. */
const serviceAccountOf = (record: Record): string | undefined => {
  if (record.eventName === 'AssumeRoleWithWebIdentity')
    return text(record, 'userIdentity', 'userName') ?? text(record, 'responseElements', 'subjectFromWebIdentityToken');
  const namespace = tag(record, 'kubernetes-namespace');
  const account = tag(record, 'kubernetes-service-account');
  return byPod(record) && namespace !== undefined && account !== undefined
    ? `system:serviceaccount:${namespace}:${account}`
    : undefined;
};

const providerOf = (record: Record): string =>
  text(record, 'userIdentity', 'identityProvider') ?? text(record, 'responseElements', 'provider') ?? '';

/** Service accounts by the names that Karpenter's chart and Cluster API's components give them, in any namespace. */
const usual = [
  'system:serviceaccount:*:karpenter',
  'system:serviceaccount:*:capi-manager',
  'system:serviceaccount:*:capa-controller-manager',
  'system:serviceaccount:*:capa-eks-control-plane-controller-manager',
];

type Named = 'named' | 'stranger' | 'unknown';

/**
 * Whether settings name the one who assumes a controller's role. A session name proves nothing. A pod identity session without tags
 * (`disableSessionTags`), and controllers without service accounts in the settings, can't be told: `unknown`.
 */
const namedBy = (record: Record, settings: Settings): Named => {
  const role = roleOf(record);
  const entries = settings.controllers.filter(controller => matchesAny(controller.roles ?? [], role));
  if (record.eventName === 'AssumeRoleWithWebIdentity' || byPod(record))
    return namedPod(record, role, entries, settings);
  const { type, invokedBy } = record.userIdentity ?? {};
  if (type === 'AWSService') {
    // `clusterawsadm` lets EC2 hand out the Cluster API controllers' role; EKS assumes roles of its control plane.
    const own = entries.some(
      ({ kind }) =>
        (kind === 'cluster-api' && invokedBy === 'ec2.amazonaws.com') ||
        (kind === 'eks' && invokedBy === 'eks.amazonaws.com'),
    );
    return own || entries.length === 0 ? 'named' : 'stranger';
  }
  return ['controller', 'platform'].includes(principalOf(record, settings).kind) ? 'named' : 'stranger';
};

const namedPod = (record: Record, role: string, entries: readonly Controller[], settings: Settings): Named => {
  const subject = serviceAccountOf(record);
  const accounts = entries.length === 0 ? usual : entries.flatMap(({ serviceAccounts }) => serviceAccounts ?? []);
  if (subject === undefined || accounts.length === 0) return 'unknown';
  const mine = entries.filter(({ serviceAccounts }) => matchesAny(serviceAccounts ?? [], subject));
  if (entries.length === 0 ? !matchesAny(usual, subject) : mine.length === 0) return 'stranger';
  if (byPod(record)) {
    const cluster = tag(record, 'eks-cluster-name');
    const fits =
      mine.length === 0 ||
      cluster === undefined ||
      mine.some(one => one.cluster === undefined || one.cluster === cluster);
    return fits ? 'named' : 'stranger';
  }
  return trustedProvider(providerOf(record), role, mine, settings) ? 'named' : 'stranger';
};

/** Anybody who may create an identity provider can name a subject as he likes: it must be the role's account's, and EKS's for EKS. */
const trustedProvider = (
  provider: string,
  role: string,
  entries: readonly Controller[],
  settings: Settings,
): boolean => {
  if (!provider.includes(':oidc-provider/') || provider.split(':')[4] !== role.split(':')[4]) return false;
  const selfManaged = entries.some(({ cluster }) =>
    settings.clusters.some(one => one.name === cluster && one.kind === 'kubeadm'),
  );
  return selfManaged || /:oidc-provider\/oidc(-eks)?[.-]/.test(provider);
};

/** Who assumes which role. */
export const assumedFacts: Facts<'cloudtrail'> = {
  'assumed.role': {
    doc: 'The role that an STS call assumes, by ARN; `none` for other calls and for denied ones, whose records hold no parameters.',
    needs,
    read: event => roleOf(event.record),
  },
  'assumed.role-kind': {
    doc: 'What that role is: `controller`, `likely-controller`, `node`, `other`, `none`.',
    needs,
    read: ({ record }, settings) => (roleOf(record) === 'none' ? 'none' : roleByArn(roleOf(record), settings).kind),
  },
  'assumed.node-role': {
    doc: 'The name of the node role that an STS call assumes (`nodeRoles` of the settings, usual names where those say nothing); `none` for any other.',
    // Services and pipelines assume other roles all day.
    needs: settings => ({ ...needs(), requestParameters: { roleArn: nodeArns(settings) } }),
    read: ({ record }, settings) => {
      const role = roleOf(record);
      return role !== 'none' && roleByArn(role, settings).kind === 'node' ? lastSegment(role) : 'none';
    },
  },
  'assumed.by': {
    doc: 'Who assumes it: the service account of a web identity or of EKS Pod Identity, otherwise the principal; `none` for other calls.',
    needs,
    read: ({ record }, settings) =>
      roleOf(record) === 'none' ? 'none' : (serviceAccountOf(record) ?? principalOf(record, settings).id),
  },
  'assumed.named': {
    doc: "Whether settings name the one who assumes a controller's role, by service account, identity provider, cluster or ARN: `named`, `stranger`, `unknown` (nothing tells); `none` for other roles.",
    // Services and pipelines assume other roles all day.
    needs: settings => ({ ...needs(), requestParameters: { roleArn: controllerArns(settings) } }),
    read: ({ record }, settings) => {
      const role = roleOf(record);
      const controller =
        role !== 'none' && ['controller', 'likely-controller'].includes(roleByArn(role, settings).kind);
      return controller ? namedBy(record, settings) : 'none';
    },
  },
};
