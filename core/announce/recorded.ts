import type { Finding } from '../finding.ts';
import { isObject, type Json, list, text } from '../json.ts';

/** What a placeholder of a runbook's command stands for in one finding, or undefined where the finding does not know. */
export type Fills = { readonly [placeholder: string]: string | undefined };

const arnRole = /^arn:[\w-]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/;

/** A role's name without its path, by its ARN; none where that is no role's. */
export const roleName = (value: string): readonly string[] => arnRole.exec(value)?.slice(1) ?? [];

/** The one thing of a kind, where there is just one: a command for one of several would be about the wrong one. */
export const only = (found: readonly string[]): string | undefined =>
  new Set(found).size === 1 ? found[0] : undefined;

/** A resource's id by its form, e.g. `i-0aaaabbbbccccdddd`. */
export const idOf = (prefix: string, found: readonly string[]): string | undefined =>
  only(found.filter(value => new RegExp(`^${prefix}-[0-9a-f]{8,17}$`).test(value)));

/** Services whose calls about an instance are made in its own region. */
const ofInstances: ReadonlySet<string> = new Set([
  'ec2.amazonaws.com',
  'ec2-instance-connect.amazonaws.com',
  'ssm.amazonaws.com',
]);

/**
 * Where the instance is: where its credentials were issued, by CloudTrail's own word; the region of a call about it, or of the
 * cluster whose node it is. Where an instance's stolen session is used says nothing of that.
 */
export const instanceRegion = (finding: Finding, record: Json, instance: string | undefined): string | undefined => {
  if (finding.source === 'kubernetes') return finding.region;
  const [, issuedIn, issuedTo] =
    /^arn:[\w-]+:ec2:([a-z0-9-]+):\d{12}:instance\/(i-[0-9a-f]+)$/.exec(
      text(record, 'userIdentity', 'inScopeOf', 'credentialsIssuedTo') ?? '',
    ) ?? [];
  if (instance !== undefined && issuedTo === instance) return issuedIn;
  if (instance === undefined || !isObject(record) || !ofInstances.has(text(record, 'eventSource') ?? ''))
    return undefined;
  const said = JSON.stringify([record.requestParameters, record.responseElements]);
  return said.includes(`"${instance}"`) ? text(record, 'awsRegion') : undefined;
};

/** The instances that the evidence launched. */
export const launchedIn = (record: Json): readonly string[] =>
  list(record, 'responseElements', 'instancesSet', 'items').map(one => text(one, 'instanceId') ?? '');

/** The role whose session made the call: one of this account, and none that AWS alone may change. */
export const actingRole = (record: Json, account: string): string | undefined => {
  const arn = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '';
  return arn.split(':')[4] === account && !arn.includes(':role/aws-') ? roleName(arn)[0] : undefined;
};

/** The role with which somebody signed in to EKS, as the authenticator says it: without its path, so none that only the path tells from AWS's own. */
export const signedInRole = (record: Json, account: string): string | undefined => {
  const [arn] = list(record, 'user', 'extra', 'canonicalArn');
  const role = typeof arn === 'string' && arn.split(':')[4] === account ? roleName(arn)[0] : undefined;
  return role?.startsWith('AWS') === true ? undefined : role;
};

/** The id of the bootstrap token that a machine asks with (Kubernetes documentation, "Authenticating with Bootstrap Tokens"). */
export const joinerOf = (user: string | undefined): string | undefined =>
  /^system:bootstrap:([a-z0-9]{6})$/.exec(user ?? '')?.[1];

/** The role of a session of this account, by the session's ARN; none that AWS alone may change. */
export const sessionsRole = (arn: string | undefined, account: string): string | undefined => {
  const [, of, role] = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn ?? '') ?? [];
  return of === account && role?.startsWith('AWS') === false ? role : undefined;
};

/**
 * Whose access entry let the user in. EKS writes a role's ARN without its path, so that of a permission set, which has one, names no
 * entry (EKS User Guide, "Create access entries"). The entry of a node is that of every node, whatever name an instance's session
 * goes by in the cluster.
 */
export const grantedOf = (record: Json): string | undefined => {
  if (text(record, 'user', 'username')?.startsWith('system:node:') === true) return undefined;
  if (sessionsInstance(record) !== undefined) return undefined;
  const [arn] = list(record, 'user', 'extra', 'canonicalArn');
  return typeof arn === 'string' && !arn.includes(':role/AWSReservedSSO_') ? arn : undefined;
};

/** The instance whose role's session a node of EKS calls with, where the finding is about that node (user.extra.sessionName). */
export const nodesInstance = (record: Json, node: string | undefined): string | undefined => {
  const [, caller] = /^system:node:(.+)$/.exec(text(record, 'user', 'username') ?? '') ?? [];
  if (caller === undefined || (node ?? caller) !== caller) return undefined;
  return sessionsInstance(record);
};

/** The instance after which the session is named that signed in to EKS, as EC2 names those of instances' roles. */
const sessionsInstance = (record: Json): string | undefined =>
  idOf(
    'i',
    list(record, 'user', 'extra', 'sessionName').filter(name => typeof name === 'string'),
  );

/** The pod whose bound token a service account calls with, by the API server's own word (Kubernetes documentation, "Managing Service Accounts"). */
export const podOf = (record: Json): string | undefined => {
  const [pod] = list(record, 'user', 'extra', 'authentication.kubernetes.io/pod-name');
  return typeof pod === 'string' ? pod : undefined;
};

/** What EKS Pod Identity says by session tags when it takes a role for a pod (EKS User Guide, "Pod Identity session tags"). */
const podTag = (record: Json, key: string): string | undefined =>
  text(record, 'userIdentity', 'invokedBy') === 'pods.eks.amazonaws.com'
    ? list(record, 'requestParameters', 'tags').flatMap(tag =>
        text(tag, 'key') === key ? (text(tag, 'value') ?? []) : [],
      )[0]
    : undefined;

/** What the request of a call names, by the service whose call it is. */
export const requestedOf = (record: Json): Fills => {
  const asked = (service: string, member: string): string | undefined =>
    text(record, 'eventSource') === `${service}.amazonaws.com` ? text(record, 'requestParameters', member) : undefined;
  return {
    CLUSTER: asked('eks', 'clusterName') ?? asked('eks', 'name') ?? podTag(record, 'eks-cluster-name'),
    NODE_GROUP: asked('eks', 'nodegroupName'),
    NAMESPACE: asked('eks', 'namespace') ?? podTag(record, 'kubernetes-namespace'),
    SERVICE_ACCOUNT: asked('eks', 'serviceAccount'),
    POD_ASSOCIATION: asked('eks', 'associationId') ?? text(record, 'responseElements', 'association', 'associationId'),
    TRAIL: asked('cloudtrail', 'name'),
    RULE: asked('events', 'name') ?? asked('events', 'rule'),
    FUNCTION: asked('lambda', 'functionName'),
    PARAMETER: asked('ssm', 'name'),
    ROLE: asked('iam', 'roleName'),
    IAM_USER: asked('iam', 'userName'),
    MADE_KEY: text(record, 'responseElements', 'accessKey', 'accessKeyId'),
    ADD_ON: asked('eks', 'addonName'),
  };
};
