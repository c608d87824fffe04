import { isIP } from 'node:net';
import { auditGroupOf } from '../audit-groups.ts';
import type { Finding, Window } from '../finding.ts';
import { type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import {
  actingRole,
  type Fills,
  grantedOf,
  idOf,
  instanceRegion,
  joinerOf,
  launchedIn,
  nodesInstance,
  only,
  podOf,
  requestedOf,
  roleName,
  sessionsRole,
  signedInRole,
} from './recorded.ts';

/** Before the first event and after the newest, so that what led up to it is in sight. */
const around = 60 * 60_000;
const day = 24 * around;

/** CloudWatch Logs counts its queries' spans in seconds (API reference, StartQuery). */
const seconds = (time: number): string => String(Math.floor(Math.max(0, time) / 1000));

const arnSession = /^arn:[\w-]+:sts::\d{12}:assumed-role\/[^/]+\/(.+)$/;

/** Where a call names the role itself, a key says so in the place of a profile: `role/nodes`. */
const asRole = (profile: string | undefined): string | undefined => /^role\/(.+)$/.exec(profile ?? '')?.[1];

/** A role by its name as IAM takes one: a key may say in words whose roles are meant, or name the user of a controller. */
const nameOfRole = (role: string, record: Json): string | undefined =>
  /^[\w+=,.@-]{1,64}$/.test(role) && role !== text(record, 'requestParameters', 'userName') ? role : undefined;

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
