import type { Json, JsonObject } from '../json.ts';

/** Whose role a session is of (CloudTrail User Guide, "CloudTrail userIdentity element"). */
export interface SessionIssuer {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly userName?: string;
}

/** CloudTrail User Guide, "userIdentity element". Every member may be absent. */
export interface UserIdentity {
  readonly type?: string;
  readonly principalId?: string;
  readonly arn?: string;
  readonly accountId?: string;
  readonly accessKeyId?: string;
  readonly userName?: string;
  readonly invokedBy?: string;
  readonly identityProvider?: string;
  readonly credentialId?: string;
  readonly sessionContext?: {
    readonly sessionIssuer?: SessionIssuer;
    readonly webIdFederationData?: { readonly federatedProvider?: string; readonly attributes?: JsonObject };
    readonly attributes?: { readonly creationDate?: string; readonly mfaAuthenticated?: string };
    /** "1.0" or "2.0", a string: the IMDS version that handed the credential set out. */
    readonly ec2RoleDelivery?: string;
    readonly sourceIdentity?: string;
    readonly assumedRoot?: string;
  };
  readonly inScopeOf?: {
    readonly issuerType?: string;
    readonly credentialsIssuedTo?: string;
    readonly sourceArn?: string;
    readonly sourceAccount?: string;
  };
  readonly onBehalfOf?: { readonly userId?: string; readonly identityStoreArn?: string };
  readonly invokedByDelegate?: { readonly accountId?: string };
}

/** CloudTrail User Guide, "CloudTrail record contents". Only what every record has is required. */
export interface CloudTrailRecord {
  readonly eventVersion?: string;
  readonly userIdentity?: UserIdentity;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion?: string;
  /** An address, a service's DNS name or "AWS Internal": parse only what `net.isIP` accepts. */
  readonly sourceIPAddress?: string;
  readonly userAgent?: string;
  readonly errorCode?: string;
  readonly errorMessage?: string;
  readonly requestParameters?: JsonObject | null;
  readonly responseElements?: JsonObject | null;
  readonly additionalEventData?: JsonObject | null;
  readonly requestID?: string;
  readonly eventID: string;
  readonly sharedEventID?: string;
  readonly eventType?: string;
  readonly eventCategory?: string;
  readonly managementEvent?: boolean;
  readonly readOnly?: boolean;
  readonly recipientAccountId?: string;
  readonly resources?: readonly { readonly accountId?: string; readonly type?: string; readonly ARN?: string }[];
  readonly vpcEndpointId?: string;
  readonly vpcEndpointAccountId?: string;
  readonly tlsDetails?: {
    readonly tlsVersion?: string;
    readonly cipherSuite?: string;
    readonly clientProvidedHostHeader?: string;
    readonly keyExchange?: string;
  };
  readonly sessionCredentialFromConsole?: string;
  readonly serviceEventDetails?: Json;
  readonly addendum?: JsonObject;
  readonly eventContext?: JsonObject;
  readonly apiVersion?: string;
  readonly edgeDeviceDetails?: JsonObject;
  readonly insightDetails?: JsonObject;
}
