import type { Facts } from '../../fact.ts';
import type { OpenPattern } from '../../pattern/language.ts';
import { agentFamily, clustersOf, fromPods, networkOf, placeOf, podAddresses } from '../place.ts';
import { instanceSession, isInstanceId } from '../principal.ts';
import type { CloudTrailRecord } from '../record.ts';

const any = () => ({});

/** Instance sessions that say so, and older records that only carry the instance's id as session name. */
const claims = (): OpenPattern => ({
  $or: [
    { userIdentity: { sessionContext: { ec2RoleDelivery: [{ exists: true }] } } },
    { userIdentity: { inScopeOf: { issuerType: ['AWS::EC2::Instance'] } } },
    { userIdentity: { principalId: [{ wildcard: '*:i-*' }] } },
  ],
});

/** The instance a record's session is of, or says it is of. */
const claimed = (record: CloudTrailRecord): string => {
  const stated = instanceSession(record);
  if (stated !== undefined) return stated.instance;
  const id = record.userIdentity?.principalId;
  // A session's name stands behind a colon: `*:i-*` is what filters ask for.
  const session = typeof id === 'string' && id.includes(':') ? id.slice(id.indexOf(':') + 1) : '';
  return isInstanceId(session) ? session : 'none';
};

/** Calls that an instance's credentials are stolen for, and that nodes seldom make (GuardDuty User Guide, IAM finding types). */
const sensitive: { readonly [service: string]: RegExp } = {
  iam: /./,
  organizations: /./,
  account: /./,
  sts: /^(AssumeRole|GetFederationToken|GetSessionToken|GetScopedCredentials)/,
  secretsmanager: /^(Get|BatchGet)SecretValue/,
  ssm: /^(GetParameter|SendCommand$|StartSession$)/,
  ec2: /^(RunInstances|CreateFleet|RequestSpot|CreateLaunchTemplate|ModifySnapshotAttribute|ModifyImageAttribute|GetPasswordData)/,
  kms: /^Decrypt$/,
};

const isSensitive = ({ eventSource, eventName }: CloudTrailRecord): boolean => {
  const service = String(eventSource).split('.')[0] ?? '';
  return Object.hasOwn(sensitive, service) && sensitive[service]?.test(String(eventName)) === true;
};

/**
 * Families of which no node agent is: kubelet's credential provider, the VPC CNI, SSM, log and pod identity agents are Go, Bottlerocket's
 * are Rust, bootstrap scripts use the AWS CLI.
 */
const isApplication = (family: string): boolean =>
  /^(boto3|botocore|python-requests|curl|terraform|pulumi|hashicorp|s3console|aws-internal|console\.amazonaws\.com|aws-sdk-(java|js|nodejs|ruby|php|dotnet|cpp|kotlin|swift))/.test(
    family,
  );

/** How user agents begin of which {@link agentFamily} finds a family that is no application's: what most calls of nodes say. */
const agents = [
  'Go-http-client',
  'aws-sdk-go',
  'aws-cli',
  'amazon-ssm-agent',
  'kubelet',
  'containerd',
  'ecr-credential-provider',
];

/** Where a call came from, and what was called. */
export const placeFacts: Facts<'cloudtrail'> = {
  'instance.claimed': {
    doc: 'Like `instance.id`, and the instance that the session name of an older record claims; `none` otherwise. A claim alone proves nothing: only the record that issued the access key can.',
    needs: claims,
    read: event => claimed(event.record),
  },
  'instance.mismatch': {
    doc: "Whether the record's members name different instances for one session.",
    needs: claims,
    read: event => instanceSession(event.record)?.mismatch ?? false,
  },
  'source.place': {
    doc: 'Where the call came from: `nowhere` (no address), `ours` (configured egress, on-premises, other ranges), `cluster` (ranges of clusters), `endpoint` (by a known endpoint from outside all ranges), `foreign` (by an endpoint of another account), `unclear` (a private address that nothing places) or `public` (unexplained).',
    needs: any,
    read: (event, settings) => placeOf(event.record, settings),
  },
  'source.clusters': {
    doc: "The clusters whose VPC or pod ranges hold the caller's address.",
    needs: any,
    read: (event, settings) => clustersOf(event.record, settings),
  },
  'source.pod': {
    doc: "Whether the caller's address lies in a cluster's pod ranges.",
    needs: any,
    signs: (settings, may) => {
      const sourceIPAddress = podAddresses(settings);
      return may(false) ? [{}] : sourceIPAddress.length === 0 ? [] : [{ sourceIPAddress }];
    },
    read: (event, settings) => fromPods(event.record, settings),
  },
  'source.network': {
    doc: "The caller's network, /24 (IPv4) or /48 (IPv6); `none` where there is no address.",
    needs: any,
    read: event => networkOf(event.record),
  },
  'source.egress-known': {
    doc: 'Whether the settings say through which public addresses clusters leave (`network.egress`, `network.onPrem`).',
    needs: any,
    read: (_, { network }) => network.egress.length + network.onPrem.length > 0,
  },
  'agent.family': {
    doc: "The client's product without version and platform. The caller's own word: it may raise, never clear.",
    needs: any,
    read: (event, settings) => agentFamily(event.record, settings),
  },
  'agent.application': {
    doc: "Whether the user agent is an application's or an operator's tool rather than a node agent's: an SDK that no node agent is written in, curl, Terraform. The caller's own word.",
    needs: any,
    signs: (_, may) => (may(false) ? [{}] : [{ userAgent: [{ 'anything-but': { prefix: agents } }] }]),
    read: (event, settings) => isApplication(agentFamily(event.record, settings)),
  },
  'call.sensitive': {
    doc: 'Whether the call is one that instance credentials are stolen for: IAM, Organizations, assuming roles, secrets and parameters, launches, decryption.',
    needs: () => ({ eventSource: Object.keys(sensitive).map(service => `${service}.amazonaws.com`) }),
    read: event => isSensitive(event.record),
  },
};
