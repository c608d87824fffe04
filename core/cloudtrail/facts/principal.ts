import type { Fact, Facts } from '../../fact.ts';
import type { Condition, OpenPattern, When } from '../../pattern/language.ts';
import type { Settings } from '../../settings.ts';
import { conditionOf, kindIn } from '../../wildcard.ts';
import { beyondNode, nodeCall } from '../node-baseline.ts';
import { instanceSession, outcomeOf, principalOf, sourceKind } from '../principal.ts';
import type { CloudTrailRecord } from '../record.ts';
import { configuredNodes, lastSegment, namesControllers, roleByArn, usualControllers, usualNodes } from '../roles.ts';

type Read = (record: CloudTrailRecord, settings: Settings) => string | boolean;

const fact = (
  doc: string,
  needs: Fact<'cloudtrail'>['needs'],
  read: Read,
  signs?: Fact<'cloudtrail'>['signs'],
): Fact<'cloudtrail'> => ({
  doc,
  needs,
  ...(signs === undefined ? {} : { signs }),
  read: (event, settings) => read(event.record, settings),
});

const any = () => ({});

/** Either form of an instance-profile session: older records lack `inScopeOf`, and only some members are sure to be there. */
const instanceRecords = (): OpenPattern => ({
  $or: [
    { userIdentity: { sessionContext: { ec2RoleDelivery: [{ exists: true }] } } },
    { userIdentity: { inScopeOf: { issuerType: ['AWS::EC2::Instance'] } } },
  ],
});

/** ARNs of roles that match names or ARNs. */
const arnsOf = (patterns: readonly string[]) =>
  patterns.map(pattern => conditionOf(pattern.startsWith('arn:') ? pattern : `*/${pattern}`));

/** ARNs of the roles that `roleByArn` takes for a controller's, certainly or likely. */
export const controllerArns = (settings: Settings) =>
  arnsOf(
    namesControllers(settings)
      ? settings.controllers.flatMap(controller => controller.roles ?? [])
      : usualControllers.flatMap(([, names]) => names),
  );

/** ARNs of the roles that `roleByArn` takes for nodes'. */
export const nodeArns = (settings: Settings) => {
  const configured = configuredNodes(settings);
  return arnsOf(configured.length > 0 ? configured : usualNodes);
};

/** The records of sessions of roles that match names or ARNs. */
const issuedBy = (patterns: readonly string[]): OpenPattern => ({
  userIdentity: { sessionContext: { sessionIssuer: { arn: arnsOf(patterns) } } },
});

const controllerRecords = (settings: Settings): OpenPattern => {
  if (!namesControllers(settings)) return issuedBy(usualControllers.flatMap(([, names]) => names));
  const named = settings.controllers.flatMap(controller => controller.roles ?? []);
  const users = named.filter(one => kindIn(one) === 'user');
  const roles = issuedBy(named.filter(one => !users.includes(one)));
  const arn = users.map(conditionOf);
  if (users.length === 0) return roles;
  return users.length === named.length ? { userIdentity: { arn } } : { $or: [roles, { userIdentity: { arn } }] };
};

const nodeRecords = (settings: Settings): OpenPattern => {
  const configured = configuredNodes(settings);
  return issuedBy(configured.length > 0 ? configured : usualNodes);
};

/** The members of which `principalOf` takes its id, as it finds it or, from a session's own ARN, put together. */
const namedLike = (texts: readonly Condition[]): readonly When<CloudTrailRecord>[] => [
  ...(['arn', 'principalId', 'userName', 'accountId', 'credentialId', 'invokedBy'] as const).map(name => ({
    userIdentity: { [name]: texts },
  })),
  { userIdentity: { sessionContext: { sessionIssuer: { arn: texts } } } },
  { userIdentity: { onBehalfOf: { userId: texts } } },
  { eventSource: texts },
  {
    userIdentity: {
      arn: [{ wildcard: '*:assumed-role/*/*' }],
      sessionContext: { sessionIssuer: { arn: [{ exists: false }, '', null] } },
    },
  },
];

/** The role behind a session by its ARN, of which a name stands behind a slash: what filters ask for begins with one. */
const issuer = (record: CloudTrailRecord): string => {
  const arn = record.userIdentity?.sessionContext?.sessionIssuer?.arn;
  return typeof arn === 'string' && arn.includes('/') ? arn : '';
};

/** Who made the call, from where, and how it ended. */
export const principalFacts: Facts<'cloudtrail'> = {
  'principal.kind': fact(
    'Who made the call: `controller`, `likely-controller` (known by its usual name only, as settings name none; or a role with which EKS itself calls), `platform`, `gitops`, `node` (a session of a node role), `instance` (an instance session of another role), `service`, `person` (also another account to which any of these delegated: `invokedByDelegate`) or `unknown` (CloudTrail User Guide, "userIdentity element").',
    any,
    (record, settings) => principalOf(record, settings).kind,
  ),
  'principal.id': fact(
    'The most stable name of who made the call: the role ARN with its path, the user ARN, the service, the web identity; `unknown` where there is none.',
    any,
    (record, settings) => principalOf(record, settings).id,
    (_, may, texts) => (texts === undefined || may('unknown') ? [{}] : namedLike(texts)),
  ),
  'principal.name': fact(
    'The caller as a title shows it: `role/session`, a user name, a service.',
    any,
    (record, settings) => principalOf(record, settings).name,
  ),
  'principal.session': fact(
    'The role session name, chosen by whoever assumed the role; `none` where the caller is no role session.',
    any,
    (record, settings) => principalOf(record, settings).session,
  ),
  'principal.controller': fact(
    'Which controller the caller is or seems to be: `karpenter`, `cluster-api`, `eks`, `kubeadm` or `none`.',
    controllerRecords,
    (record, settings) => principalOf(record, settings).controller,
  ),
  'principal.guessed': fact(
    'Whether what the caller is rests on a usual role name because the settings name no such roles.',
    any,
    (record, settings) => principalOf(record, settings).guessed,
  ),
  'node.role': fact(
    'The name of the node role whose session made the call (`nodeRoles` of the settings, usual names where those say nothing), else `none`.',
    nodeRecords,
    (record, settings) => (roleByArn(issuer(record), settings).kind === 'node' ? lastSegment(issuer(record)) : 'none'),
  ),
  'node.call': fact(
    "What a node role's call is: `baseline` (what kubelet, runtime, network plugin and agents call), `sensitive` (S3, secrets, parameters, IAM, assuming roles, launches …) or `other`; `none` for any other caller.",
    nodeRecords,
    (record, settings) => {
      const arn = issuer(record);
      return roleByArn(arn, settings).kind === 'node' ? nodeCall(record, lastSegment(arn)) : 'none';
    },
    (_, may) => (may('none') || may('baseline') ? [{}] : may('sensitive') || may('other') ? beyondNode() : []),
  ),
  'instance.id': fact(
    "The instance whose profile credentials signed the call, by AWS's own word (`inScopeOf`, or the session name beside `ec2RoleDelivery`): `i-…`; `unknown` for an instance session that names none; `none` for any other call.",
    instanceRecords,
    record => instanceSession(record)?.instance ?? 'none',
  ),
  'instance.delivery': fact(
    'The IMDS version that handed out the instance\'s credentials: `1.0`, `2.0`, or `unknown`; `none` where no instance session made the call (CloudTrail User Guide, "userIdentity element", ec2RoleDelivery).',
    instanceRecords,
    record => instanceSession(record)?.delivery ?? 'none',
    (_, may) => {
      const ec2RoleDelivery = ['1.0', '2.0'].filter(may);
      if (may('none') || may('unknown')) return [{}];
      return ec2RoleDelivery.length === 0 ? [] : [{ userIdentity: { sessionContext: { ec2RoleDelivery } } }];
    },
  ),
  'call.outcome': fact(
    'How the call ended: `succeeded`, `denied`, `dry-run` (EC2 only: permitted, nothing done) or `failed` (EC2 API Reference, "Error codes").',
    () => ({ $or: [{ errorCode: [{ exists: true }] }, { errorMessage: [{ exists: true }] }] }),
    record => outcomeOf(record),
  ),
  'source.kind': fact(
    'What `sourceIPAddress` holds: `address`, `service` (an AWS service on somebody\'s behalf), `internal` ("AWS Internal") or `unknown`. Only an address is a place.',
    any,
    record => sourceKind(record),
  ),
};
