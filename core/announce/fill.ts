import { isIP } from 'node:net';
import { auditGroupOf } from '../audit-groups.ts';
import { plain } from '../escape.ts';
import type { Finding, Window } from '../finding.ts';
import { isObject, type Json, list, text } from '../json.ts';
import type { Settings } from '../settings.ts';

/** What a placeholder of a runbook's command stands for in one finding, or undefined where the finding does not know. */
export type Fills = { readonly [placeholder: string]: string | undefined };

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

const serviceAccount = /^system:serviceaccount:([^:]+):([^:]+)$/;

/**
 * What the runbook's placeholders stand for. A key part of the placeholder's name goes before what is told from resources and
 * evidence; what several things could be is left open.
 */
const fillsOf = (
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
  const instance = idOf('i', named) ?? nodesInstance(record, part('node'));
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
    ACTING_ROLE: actingRole(record, finding.account),
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
    NAMESPACE: part('namespace') ?? text(record, 'objectRef', 'namespace'),
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
    TOKEN: part('token'),
    DETECTION: part('detection'),
    RESOURCE: text(record, 'objectRef', 'resource') ?? part('resource'),
    POLICY: part('policy') ?? text(record, 'requestParameters', 'policyArn'),
    KIND: [text(record, 'objectRef', 'resource'), text(record, 'objectRef', 'apiGroup')].filter(Boolean).join('.'),
    KEY: /^A[KS]IA[A-Z0-9]{12,}$/.exec(part('key') ?? '')?.[0],
    STAGE: stage,
  };
};

/** The role whose session made the call: one of this account, and none that AWS alone may change. */
const actingRole = (record: Json, account: string): string | undefined => {
  const arn = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '';
  return arn.split(':')[4] === account && !arn.includes(':role/aws-') ? roleName(arn)[0] : undefined;
};

/**
 * Whose access entry let the user in. EKS writes a role's ARN without its path, so that of a permission set, which has one, names no
 * entry (EKS User Guide, "Create access entries"); the entry of a node is that of every node.
 */
const grantedOf = (record: Json): string | undefined => {
  if (text(record, 'user', 'username')?.startsWith('system:node:') === true) return undefined;
  const [arn] = list(record, 'user', 'extra', 'canonicalArn');
  return typeof arn === 'string' && !arn.includes(':role/AWSReservedSSO_') ? arn : undefined;
};

/** The instance whose role's session a node of EKS calls with, where the finding is about that node (user.extra.sessionName). */
const nodesInstance = (record: Json, node: string | undefined): string | undefined => {
  const [, caller] = /^system:node:(.+)$/.exec(text(record, 'user', 'username') ?? '') ?? [];
  if (caller === undefined || (node ?? caller) !== caller) return undefined;
  return idOf(
    'i',
    list(record, 'user', 'extra', 'sessionName').filter(name => typeof name === 'string'),
  );
};

/** What the request of a call names, by the service whose call it is. */
const requestedOf = (record: Json): Fills => {
  const asked = (service: string, member: string): string | undefined =>
    text(record, 'eventSource') === `${service}.amazonaws.com` ? text(record, 'requestParameters', member) : undefined;
  return {
    CLUSTER: asked('eks', 'clusterName') ?? asked('eks', 'name'),
    NODE_GROUP: asked('eks', 'nodegroupName'),
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

/** Kubernetes names a thing in the plural where the record does, in the singular where people do. */
const kindOf = (window: Window | undefined): string => text(window?.evidence ?? null, 'objectRef', 'resource') ?? '';

/** Redacted or cut values name nothing that could be looked up. */
const isWhole = (value: string): boolean =>
  !['', 'unknown', 'none'].includes(value) && !/\[redacted|\[cut|…/i.test(value) && value.length <= 512;

/** Characters that no shell, POSIX or PowerShell, reads as anything but themselves, wherever they stand. */
const bare = /^[A-Za-z0-9/][A-Za-z0-9_.:/@+-]*$/;

/** Control characters and the like could hide what is pasted: a value with any stays a placeholder. */
const unseen = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/**
 * A value as one word of a POSIX shell; undefined where it can't be one that a person sees as it is. A value that begins with a
 * dash would be read as an option, whatever its quotes.
 */
export const shellWord = (value: string): string | undefined => {
  if (!isWhole(value) || unseen.test(value) || value.startsWith('-')) return undefined;
  return bare.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
};

/** Places where a placeholder means something else than its name says elsewhere: a role to be made, an SSM session, an organization's policy. */
const other = /(--role-arn|--session-id|--policy-id) $/;

/** A policy has an ARN, or a name where it is written into a role; a template has a name and an id: a flag takes one of them. */
const isOther = (before: string, word: string): boolean =>
  other.test(before) ||
  // Behind `Key=` the AWS CLI reads commas, quotes and brackets itself (AWS CLI User Guide, "Shorthand syntax").
  (before.endsWith('=') && !bare.test(word)) ||
  (before.endsWith('-arn ') && !word.startsWith('arn:')) ||
  (before.endsWith('--launch-template-name ') && word.startsWith('lt-')) ||
  (before.endsWith('--policy-name ') && word.startsWith('arn:'));

/**
 * What may stand behind `tripline entity`, which knows principals by their whole names, the most telling first: the session, then
 * its role, since a session that is named by an address of e-mail is not put into prose.
 */
const askedOf = (
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
    PRINCIPAL: [session, issuer, fills['USER'] ?? null, session === null ? named : null],
    USER: [part('user'), fills['USER'] ?? null],
    ROLE: [part('role')],
    KEY: [part('key')],
    INSTANCE: [fills['INSTANCE'] ?? null],
  };
};

/**
 * A runbook with its placeholders (words in capitals: `REGION`, `INSTANCE`) replaced by what the finding knows, each as one
 * shell word. Inside quotes of the step's own only values that need none are put; what is not known stays as it is.
 * @param stage in which the finding is stored, and Tripline's own commands are to look; undefined: a local database
 */
export const fillRunbook = (
  runbook: readonly string[],
  finding: Finding,
  window: Window | undefined,
  settings: Pick<Settings, 'clusters'>,
  stage?: string,
): readonly string[] => {
  const fills = fillsOf(finding, window, settings, stage);
  const asked = askedOf(finding, window, fills);
  const kind = kindOf(window);
  const isPut = (word: string | undefined): word is string => word !== undefined && isInert(word);
  const filled = runbook.map(step =>
    step.replace(
      /(?<=[\s=,'"`(]|system:\w+:|bootstrap-token-)[A-Z][A-Z_]{2,}(?=$|[\s,;.)'"`])/g,
      (placeholder, offset: number) => {
        const before = step.slice(0, offset);
        const known = before.endsWith('tripline entity ') ? asked[placeholder] : [fills[placeholder] ?? null];
        const word = (known ?? []).map(value => (typeof value === 'string' ? shellWord(value) : undefined)).find(isPut);
        if (word === undefined || isOther(before, word) || (isInQuotes(before) && word.startsWith("'")))
          return placeholder;
        return placeholder === 'NAME' && !namesKind(before, kind) ? placeholder : word;
      },
    ),
  );
  return stage === undefined
    ? filled
    : filled.map(step => step.replace(asking, at => `${at}${whereOf(at, finding, stage)}`));
};

/** Tripline's commands that look into a stage's tables. */
const asking = /npx tripline (?:entity|findings(?: show)?)(?= )/g;

/** Where such a command looks; whoever pastes it may have no settings, which say whose account an entity is of. */
const whereOf = (command: string, { account }: Finding, stage: string): string =>
  ` --stage ${stage}${command.endsWith('entity') && /^\d{12}$/.test(account) ? ` --account ${account}` : ''}`;

/**
 * Steps are shown as our own prose: what a channel would link, format or mention in them stays out. An `@` mentions somebody only where
 * a name begins with it; the sessions of people who sign in through IAM Identity Center are named by an address of e-mail.
 */
const isInert = (word: string): boolean => plain(word) === word && !/[<>&*~|`]|(?<![\w.+-])@/.test(word);

/**
 * `delete secret NAME` is about the record's object only where that is a secret; a query's `objectRef.name` always is, and so is
 * what stands behind a placeholder for its kind.
 */
const namesKind = (before: string, kind: string): boolean => {
  if (kind === '') return false;
  if (before.endsWith("objectRef.name = '")) return true;
  const [, words = ''] = /([A-Za-z0-9,]+)(?: -n NAMESPACE)? $/.exec(before) ?? [];
  return words
    .split(',')
    .some(
      word => word === 'KIND' || word === 'RESOURCE' || kind === word || kind === (shortKinds[word] ?? plural(word)),
    );
};

/** As Kubernetes forms the plural of a kind. */
const plural = (kind: string): string => (/s$/.test(kind) ? `${kind}es` : `${kind.replace(/y$/, 'ie')}s`);
const shortKinds: Readonly<Record<string, string>> = {
  csr: 'certificatesigningrequests',
  deny: 'certificatesigningrequests',
  logs: 'pods',
};

/** Whether a place lies inside quotes that the step opened before it; a lone apostrophe of prose counts as one, to be safe. */
const isInQuotes = (before: string): boolean => [`'`, '"'].some(mark => (before.split(mark).length - 1) % 2 === 1);
