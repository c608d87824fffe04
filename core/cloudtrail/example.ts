import type { Event } from '../event.ts';
import { isObject, type JsonObject, text } from '../json.ts';
import type { CloudTrailRecord, UserIdentity } from './record.ts';

/** Documentation values (RFC 5737, AWS's example account): what every example is made of. */
export const example = {
  account: '111122223333',
  otherAccount: '444455556666',
  region: 'eu-west-1',
  cluster: 'prod',
  address: '198.51.100.23',
  time: '2026-09-01T10:00:00Z',
} as const;

/** The identity of a role session, as CloudTrail writes it. @param session the role session name */
export const roleSession = (role: string, session: string, more: Partial<UserIdentity> = {}): UserIdentity => ({
  type: 'AssumedRole',
  principalId: `AROAEXAMPLEEXAMPLEEXA:${session}`,
  arn: `arn:aws:sts::${example.account}:assumed-role/${role}/${session}`,
  accountId: example.account,
  accessKeyId: 'ASIAEXAMPLEKEY000001',
  ...more,
  sessionContext: {
    sessionIssuer: {
      type: 'Role',
      principalId: 'AROAEXAMPLEEXAMPLEEXA',
      arn: `arn:aws:iam::${example.account}:role/${role}`,
      accountId: example.account,
      userName: role,
    },
    webIdFederationData: {},
    attributes: { creationDate: '2026-09-01T09:30:00Z', mfaAuthenticated: 'false' },
    ...more.sessionContext,
  },
});

/** A person with an ordinary developer role. */
export const developer = roleSession('developer', 'alice');

/** Karpenter's role session by IRSA, as in the getting-started guide (`<cluster>-karpenter`). */
export const karpenter = roleSession('prod-karpenter', '1768825272022703283', {
  sessionContext: {
    webIdFederationData: {
      federatedProvider: `arn:aws:iam::${example.account}:oidc-provider/oidc.eks.${example.region}.amazonaws.com/id/EXAMPLE0123456789`,
      attributes: {},
    },
  },
});

/** A session of a service-linked role, which only its service can assume (IAM User Guide, "Service-linked roles"). */
export const serviceLinked = (service: string, role: string): UserIdentity => ({
  ...roleSession(role, 'session', {
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        arn: `arn:aws:iam::${example.account}:role/aws-service-role/${service}/${role}`,
        userName: role,
      },
    },
  }),
  invokedBy: service,
});

/** An instance-profile session of a Karpenter node (IMDSv2). */
export const nodeSession = (instance = 'i-0aaaabbbbccccdddd', role = 'KarpenterNodeRole-prod'): UserIdentity =>
  roleSession(role, instance, {
    accessKeyId: 'ASIAEXAMPLEV2KEY0001',
    sessionContext: { ec2RoleDelivery: '2.0' },
    inScopeOf: {
      issuerType: 'AWS::EC2::Instance',
      credentialsIssuedTo: `arn:aws:ec2:${example.region}:${example.account}:instance/${instance}`,
    },
  });

/** Merges plain objects member by member; lists and scalars are replaced, `undefined` removes the member. */
export const overlay = (base: JsonObject, over: JsonObject): JsonObject => {
  const merged: { [key: string]: JsonObject[string] } = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const old = merged[key];
    if (value === undefined) delete merged[key];
    else merged[key] = isObject(value) && isObject(old) ? overlay(old, value) : value;
  }
  return merged;
};

/** What an example states over the ordinary record; identities come whole, open members are JSON. */
type Over = { readonly [K in keyof CloudTrailRecord]?: CloudTrailRecord[K] | undefined };

/**
 * An ordinary CloudTrail event (a developer's call from the office), with what the example states over it.
 * `userIdentity` replaces the ordinary one whole; `time` is ISO; the event's id is derived from its content unless given.
 */
export const call = (eventSource: string, eventName: string, over: Over = {}): Event<'cloudtrail'> => {
  const { userIdentity = developer, ...rest } = over;
  const record = overlay(
    {
      eventVersion: '1.11',
      eventTime: example.time,
      eventSource: `${eventSource}.amazonaws.com`,
      eventName,
      awsRegion: example.region,
      sourceIPAddress: example.address,
      userAgent: 'aws-cli/2.30.0 md/awscrt#0.27.6 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7',
      requestParameters: null,
      responseElements: null,
      requestID: '11111111-2222-3333-4444-555555555555',
      eventID: '',
      readOnly: /^(Get|List|Describe|Assume|Lookup)/.test(eventName),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: example.account,
      eventCategory: 'Management',
    },
    rest as unknown as JsonObject, // every member of a record is JSON
  );
  const whole = {
    ...record,
    userIdentity,
    eventID: text(record, 'eventID') || eventIdOf(JSON.stringify([record, userIdentity])),
  };
  return {
    source: 'cloudtrail',
    id: whole.eventID,
    time: Date.parse(text(record, 'eventTime') ?? example.time),
    account: text(record, 'recipientAccountId') ?? example.account,
    region: text(record, 'awsRegion') ?? example.region,
    cluster: '',
    record: whole as unknown as CloudTrailRecord, // the members above are those that every record has
  };
};

/** A GUID-shaped id from content (FNV-1a, four rounds): the same example always has the same id. */
const eventIdOf = (content: string): string => {
  const words = [0, 1, 2, 3].map(round => {
    let hash = 0x811c9dc5 ^ round;
    for (let i = 0; i < content.length; i++) hash = Math.imul(hash ^ content.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  const hex = words.join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/**
 * What most services record of a call that IAM refuses: no parameters, and the resource in the message alone. EC2, EKS and S3 keep the
 * parameters.
 */
export const refused = (api: string, resource: string): Partial<CloudTrailRecord> => ({
  errorCode: 'AccessDenied',
  errorMessage: `User: ${developer.arn} is not authorized to perform: service:${api} on resource: ${resource} because no identity-based policy allows the service:${api} action`,
  requestParameters: null,
});
