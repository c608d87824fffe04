import { example, roleSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import { type Random, seconds } from './random.ts';

export { roleSession };
export const { account, region } = example;
/** What nodes run. */
export const image = 'ami-0123456789abcdef0';
/** Where the account leaves by. */
export const egress = '203.0.113.10';
/** Where people work. */
export const office = '198.51.100.23';
/** Through what nodes reach AWS inside their network. */
export const endpoint = 'vpce-0123456789abcdef0';
/** The issuer of the cluster’s service account tokens. */
export const oidc = `arn:aws:iam::${account}:oidc-provider/oidc.eks.${region}.amazonaws.com/id/EXAMPLE0123456789`;

/** A session of a service-linked role: the issuer's ARN keeps its path. */
const serviceLinked = (role: string, session: string, service: string): UserIdentity =>
  roleSession(role, session, {
    invokedBy: service,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: 'AROAEXAMPLEEXAMPLEEXA',
        arn: `arn:aws:iam::${example.account}:role/aws-service-role/${service}/${role}`,
        accountId: example.account,
        userName: role,
      },
    },
  });

/** Who acts on the example day, in CloudTrail's words. */
export const who = {
  karpenter: roleSession('prod-karpenter', '1788220800000000001', {
    accessKeyId: 'ASIAEXAMPLEIRSA00001',
    sessionContext: { webIdFederationData: { federatedProvider: oidc, attributes: {} } },
  }),
  capa: roleSession('controllers.cluster-api-provider-aws.sigs.k8s.io', '1788220800000000002', {
    accessKeyId: 'ASIAEXAMPLEIRSA00002',
    sessionContext: { webIdFederationData: { federatedProvider: oidc, attributes: {} } },
  }),
  csi: roleSession('prod-ebs-csi', 'aws-sdk-go-1788220800', { accessKeyId: 'ASIAEXAMPLEPODID0002' }),
  loadBalancer: roleSession('prod-load-balancer-controller', '1788220800000000003', {
    accessKeyId: 'ASIAEXAMPLEPODID0003',
  }),
  terraform: roleSession('platform-deployer', 'terraform-ci-4711', { accessKeyId: 'ASIAEXAMPLECIKEY0001' }),
  cluster: {
    ...roleSession('prod-cluster', 'EKSControlPlane', { accessKeyId: 'ASIAEXAMPLEEKSKEY001' }),
    invokedBy: 'eks.amazonaws.com',
  },
  nodegroup: serviceLinked('AWSServiceRoleForAmazonEKSNodegroup', 'EKS', 'eks-nodegroup.amazonaws.com'),
  scaling: serviceLinked('AWSServiceRoleForAutoScaling', 'AutoScaling', 'autoscaling.amazonaws.com'),
  alice: roleSession('developer', 'alice'),
  bob: roleSession('developer', 'bob', { accessKeyId: 'ASIAEXAMPLEDEVKEY002' }),
  carol: roleSession('readonly', 'carol', { accessKeyId: 'ASIAEXAMPLEDEVKEY003' }),
} as const satisfies { readonly [name: string]: UserIdentity };

/** Karpenter's user agent (aws-sdk-go-v2 with the controller's version). */
export const karpenterAgent =
  'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0 md/GOOS#linux md/GOARCH#amd64 api/ec2#1.290.0 karpenter.sh-1.14.1 m/h';

/** Writes CloudTrail records of one account, in the order of their making; sort by time before use. */
export class Trail {
  readonly records: CloudTrailRecord[] = [];
  readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }

  /** One management event; `over` replaces members. Gives the record back for its id. */
  add(
    time: number,
    source: string,
    name: string,
    userIdentity: UserIdentity,
    over: Partial<CloudTrailRecord> = {},
  ): CloudTrailRecord {
    const record: CloudTrailRecord = {
      eventVersion: '1.11',
      userIdentity,
      eventTime: seconds(time),
      eventSource: `${source}.amazonaws.com`,
      eventName: name,
      awsRegion: source === 'iam' ? 'us-east-1' : region,
      sourceIPAddress: egress,
      userAgent: 'aws-sdk-go-v2/1.41.0 ua/2.1 os/linux lang/go#1.26.0',
      requestParameters: null,
      responseElements: null,
      requestID: this.random.guid(),
      eventID: this.random.guid(),
      readOnly: /^(Get|List|Describe|Assume|Lookup|BatchGet|Head|Search)/.test(name),
      eventType: 'AwsApiCall',
      managementEvent: true,
      recipientAccountId: account,
      eventCategory: 'Management',
      tlsDetails: {
        tlsVersion: 'TLSv1.3',
        cipherSuite: 'TLS_AES_128_GCM_SHA256',
        clientProvidedHostHeader: `${source}.${region}.amazonaws.com`,
      },
      ...over,
    };
    this.records.push(record);
    return record;
  }
}
