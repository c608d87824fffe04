import { isIP } from 'node:net';
import { auditGroupOf } from '../audit-groups.ts';
import type { Finding, Window } from '../finding.ts';
import { isObject, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';

/** What a placeholder of a runbook's command stands for in one finding, or undefined where the finding does not know. */
type Fills = { readonly [placeholder: string]: string | undefined };

/** Before the first event and after the newest, so that what led up to it is in sight. */
const around = 60 * 60_000;
const day = 24 * around;

/** CloudWatch Logs counts its queries' spans in seconds (API reference, StartQuery). */
const seconds = (time: number): string => String(Math.floor(Math.max(0, time) / 1000));

const arnSession = /^arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+\/(.+)$/;
const arnRole = /^arn:[\w-]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/;

const roleName = (value: string): readonly string[] => arnRole.exec(value)?.slice(1) ?? [];

/** Where a call names the role itself, a key says so in the place of a profile: `role/nodes`. */
const asRole = (profile: string | undefined): string | undefined => /^role\/(.+)$/.exec(profile ?? '')?.[1];

/** A role by its name as IAM takes one: a key may say in words whose roles are meant, or name the user of a controller. */
const nameOfRole = (role: string, record: Json): string | undefined =>
  /^[\w+=,.@-]{1,64}$/.test(role) && role !== text(record, 'requestParameters', 'userName') ? role : undefined;

/** The one thing of a kind, where there is just one: a command for one of several would be about the wrong one. */
const only = (found: readonly string[]): string | undefined => (new Set(found).size === 1 ? found[0] : undefined);

/** A resource's id by its form, e.g. `i-0aaaabbbbccccdddd`. */
const idOf = (prefix: string, found: readonly string[]): string | undefined =>
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
const instanceRegion = (finding: Finding, record: Json, instance: string | undefined): string | undefined => {
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

/** Of a resource that has no id yet, or where several are meant, a key says it in words. */
const oneWord = /^\S+$/;

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * What the runbook's placeholders stand for. A key part of the placeholder's name goes before what is told from resources and
 * evidence; what several things could be is left open.
 */
export const fillsOf = (
  finding: Finding,
  window: Window | undefined,
  settings: Pick<Settings, 'clusters'>,
  stage: string | undefined,
): Fills => {
  const { key, resources, addresses } = finding;
  const record = window?.evidence ?? null;
  const part = (name: string): string | undefined => (Object.hasOwn(key, name) ? key[name] : undefined);
  const named = [...Object.values(key), ...resources];
  const profile = part('profile');
  const role = part('role') ?? asRole(profile);
  const made = text(record, 'eventName')?.startsWith('AssumeRole') === true;
  // Launched together, others stand beside the one that the finding is about; of many, the evidence's is looked at first.
  const instance =
    idOf('i', [part('instance') ?? '']) ??
    idOf('i', named) ??
    nodesInstance(record, part('node')) ??
    idOf('i', launchedIn(record));
  const asked = requestedOf(record);
  const cluster = finding.cluster === '' ? (part('cluster') ?? asked['CLUSTER']) : finding.cluster;
  const user = text(record, 'user', 'username');
  const iamUser =
    text(record, 'userIdentity', 'type') === 'IAMUser' ? text(record, 'userIdentity', 'userName') : undefined;
  // Who asks for a role by web identity is named by its token.
  const [, namespace, account] = serviceAccount.exec(user ?? text(record, 'userIdentity', 'userName') ?? '') ?? [];
  return {
    ...asked,
    REGION: text(record, 'awsRegion') ?? only(finding.regions) ?? finding.region,
    ACCOUNT: finding.account,
    CLUSTER: cluster,
    ARN: grantedOf(record),
    LOG_GROUP: cluster === undefined || cluster === '' ? undefined : auditGroupOf(settings, cluster),
    START: new Date(Math.max(0, finding.first - around)).toISOString(),
    END: new Date(finding.last + around).toISOString(),
    START_SECONDS: seconds(finding.first - around),
    END_SECONDS: seconds(finding.last + around),
    DAY_BEFORE: new Date(Math.max(0, finding.first - day)).toISOString(),
    INSTANCE: instance,
    INSTANCE_REGION: instanceRegion(finding, record, instance),
    IMAGE: idOf('ami', named),
    SNAPSHOT: idOf('snap', named),
    GROUP: part('group') ?? idOf('sg', named),
    ROLE:
      role === undefined
        ? (only(resources.flatMap(roleName)) ?? asked['ROLE'])
        : (roleName(role)[0] ?? nameOfRole(role, record)),
    ACTING_ROLE: actingRole(record, finding.account) ?? signedInRole(record, finding.account),
    CHANGER_ROLE: sessionsRole(part('changedBy'), finding.account),
    NODE_CLASS: /^EC2NodeClass (\S+)(?: of \S+)?$/.exec(part('object') ?? '')?.[1],
    EVENT: text(record, 'eventName'),
    EVENT_ID: text(record, 'eventID'),
    FINDING: finding.id,
    SESSION: made
      ? text(record, 'requestParameters', 'roleSessionName')
      : (arnSession.exec(text(record, 'userIdentity', 'arn') ?? '')?.[1] ?? iamUser),
    USER_NAME: iamUser,
    USER_KEY: iamUser === undefined ? undefined : text(record, 'userIdentity', 'accessKeyId'),
    ACCESS_KEY: text(record, 'userIdentity', 'accessKeyId'),
    ISSUED_KEY: text(record, 'responseElements', 'credentials', 'accessKeyId'),
    ADDRESS: only([part('address') ?? '', ...addresses].filter(value => isIP(value) !== 0)),
    USER: user,
    USER_NAMESPACE: namespace,
    USER_ACCOUNT: account,
    USER_POD: podOf(record),
    NAMESPACE: part('namespace') ?? text(record, 'objectRef', 'namespace') ?? asked['NAMESPACE'],
    NAME: text(record, 'objectRef', 'name'),
    NODE: part('node'),
    GRANTEE: part('grantee'),
    PROFILE: asRole(profile) === undefined ? profile : undefined,
    TARGET: finding.source === 'kubernetes' ? part('target') : undefined,
    TEMPLATE: part('template'),
    TEMPLATE_ID: idOf('lt', named),
    RULE_ID: only(
      list(record, 'responseElements', 'securityGroupRuleSet', 'items').map(
        one => text(one, 'securityGroupRuleId') ?? '',
      ),
    ),
    TOKEN: part('token') ?? joinerOf(user),
    DETECTION: part('detection'),
    RESOURCE: text(record, 'objectRef', 'resource') ?? part('resource')?.match(oneWord)?.[0],
    POLICY: part('policy') ?? text(record, 'requestParameters', 'policyArn'),
    POOL: text(record, 'objectRef', 'resource') === 'nodepools' ? text(record, 'objectRef', 'name') : undefined,
    // One word for kubectl, of what lies in no namespace.
    GRANTED: part('binding')
      ?.match(/^[^\s/]+ [^\s/]+$/)?.[0]
      .replace(' ', '/'),
    KIND: [text(record, 'objectRef', 'resource'), text(record, 'objectRef', 'apiGroup')].filter(Boolean).join('.'),
    KEY: /^A[KS]IA[A-Z0-9]{12,}$/.exec(part('key') ?? '')?.[0],
    STAGE: stage,
  };
};

/** The instances that the evidence launched. */
const launchedIn = (record: Json): readonly string[] =>
  list(record, 'responseElements', 'instancesSet', 'items').map(one => text(one, 'instanceId') ?? '');

/** The role whose session made the call: one of this account, and none that AWS alone may change. */
const actingRole = (record: Json, account: string): string | undefined => {
  const arn = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '';
  return arn.split(':')[4] === account && !arn.includes(':role/aws-') ? roleName(arn)[0] : undefined;
};

/** The role with which somebody signed in to EKS, as the authenticator says it: without its path, so none that only the path tells from AWS's own. */
const signedInRole = (record: Json, account: string): string | undefined => {
  const [arn] = list(record, 'user', 'extra', 'canonicalArn');
  const role = typeof arn === 'string' && arn.split(':')[4] === account ? roleName(arn)[0] : undefined;
  return role?.startsWith('AWS') === true ? undefined : role;
};

/** The id of the bootstrap token that a machine asks with (Kubernetes documentation, "Authenticating with Bootstrap Tokens"). */
const joinerOf = (user: string | undefined): string | undefined =>
  /^system:bootstrap:([a-z0-9]{6})$/.exec(user ?? '')?.[1];

/** The role of a session of this account, by the session's ARN; none that AWS alone may change. */
const sessionsRole = (arn: string | undefined, account: string): string | undefined => {
  const [, of, role] = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([^/]+)\/.+$/.exec(arn ?? '') ?? [];
  return of === account && role?.startsWith('AWS') === false ? role : undefined;
};

/**
 * Whose access entry let the user in. EKS writes a role's ARN without its path, so that of a permission set, which has one, names no
 * entry (EKS User Guide, "Create access entries"). The entry of a node is that of every node, whatever name an instance's session
 * goes by in the cluster.
 */
const grantedOf = (record: Json): string | undefined => {
  if (text(record, 'user', 'username')?.startsWith('system:node:') === true) return undefined;
  if (sessionsInstance(record) !== undefined) return undefined;
  const [arn] = list(record, 'user', 'extra', 'canonicalArn');
  return typeof arn === 'string' && !arn.includes(':role/AWSReservedSSO_') ? arn : undefined;
};

/** The instance whose role's session a node of EKS calls with, where the finding is about that node (user.extra.sessionName). */
const nodesInstance = (record: Json, node: string | undefined): string | undefined => {
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
const podOf = (record: Json): string | undefined => {
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
const requestedOf = (record: Json): Fills => {
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

/**
 * What may stand behind `tripline entity`, which knows principals by their whole names, the most telling first: the session, then
 * its role, since a session that is named by an address of e-mail is not put into prose.
 */
export const askedOf = (
  { key }: Finding,
  window: Window | undefined,
  fills: Fills,
): Readonly<Record<string, readonly Json[]>> => {
  const record = window?.evidence ?? null;
  const part = (name: string): Json => (Object.hasOwn(key, name) ? (key[name] ?? null) : null);
  const session = text(record, 'userIdentity', 'arn') ?? null;
  const issuer = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? null;
  // A service account that asks for its role by web identity has no ARN.
  const named = text(record, 'userIdentity', 'userName') ?? null;
  return {
    // A service that calls for somebody has no ARN either: the key says for whom.
    PRINCIPAL: [session, issuer, fills['USER'] ?? null, session === null ? named : null, part('principal'), part('by')],
    CHANGED_BY: [part('changedBy')],
    USER: [part('user'), fills['USER'] ?? null],
    ROLE: [part('role')],
    KEY: [part('key')],
    INSTANCE: [fills['INSTANCE'] ?? null],
    ADDRESS: [fills['ADDRESS'] ?? null],
  };
};
