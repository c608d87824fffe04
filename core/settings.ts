import type { Severity } from './detection.ts';
import type { Status } from './match.ts';
import type { Pattern } from './pattern/language.ts';
import type { SlackDomain } from './slack-request.ts';

/** One cluster whose nodes are watched. */
export interface Cluster {
  readonly name: string;
  /** `eks`: bodies are mostly absent from the audit log and nodes join by IAM; `kubeadm`: self-managed or Cluster API. */
  readonly kind: 'eks' | 'kubeadm';
  readonly role: 'workload' | 'management';
  /**
   * Whose it is: a stage in another account leaves its log group to the stage there, and of its bucket reads what it is told of. Absent:
   * every stage's own.
   */
  readonly account?: string;
  readonly region?: string;
  /** Where its audit log is, when not `/aws/eks/<name>/cluster`. */
  readonly audit?:
    | { readonly logGroup: string; readonly streamPrefix?: string }
    | { readonly bucket: string; readonly prefix: string };
  /** CIDRs of its VPC (all, secondary and IPv6 ones too) and of its pods. */
  readonly vpcRanges?: readonly string[];
  readonly podRanges?: readonly string[];
  /** Wildcards over role names or ARNs of its nodes. */
  readonly nodeRoles?: readonly string[];
  /** Families allowed here; over the account-wide list. */
  readonly allowedFamilies?: readonly string[];
  readonly disallowedFamilies?: readonly string[];
  /** Namespaces that hold Cluster API Clusters (management clusters), wildcards allowed. */
  readonly clusterApiNamespaces?: readonly string[];
  /** EKS only: read what was written where the audit log has no body, with a read-only identity of ours (docs/account.md). */
  readonly reader?: boolean;
}

/** A controller of the provisioning plane. */
export interface Controller {
  readonly kind: 'karpenter' | 'cluster-api' | 'eks' | 'kubeadm';
  /** Wildcards over ARNs of IAM roles, and of IAM users where a controller has keys of its own. */
  readonly roles?: readonly string[];
  /** `system:serviceaccount:NAMESPACE:NAME`, wildcards allowed. */
  readonly serviceAccounts?: readonly string[];
  readonly cluster?: string;
}

/** IAM principal ARN wildcards, Kubernetes user names and groups (wildcards) that belong together. */
export interface Principals {
  readonly arns?: readonly string[];
  readonly users?: readonly string[];
  readonly groups?: readonly string[];
}

/** What a detection lets pass for a while, and why. */
export interface Exemption {
  /** Over record and facts, in the rule language. */
  readonly when: Pattern;
  readonly reason: string;
  readonly owner?: string;
  /** ISO date, required: an exemption ends. Judged against the event's time. */
  readonly expires: string;
}

/** What the settings say of one detection. */
export interface DetectionSettings {
  readonly status?: Status;
  readonly severity?: Severity;
  /** For counting detections: how many. */
  readonly threshold?: number;
  readonly exemptions?: readonly Exemption[];
}

/** Silence for what a pattern holds for: it is stored and counted, and nothing is announced because of it. */
export interface Suppression {
  readonly id: string;
  /** Over `finding` and `event`, in the rule language; see `core/suppress.ts`. */
  readonly when: Pattern;
  readonly reason: string;
  /** Who answers for it. */
  readonly owner: string;
  /** ISO dates or times, judged against the event's: at most 90 days apart. */
  readonly from: string;
  readonly expires: string;
}

/** What a channel hears; all that is said must hold. */
export interface Routing {
  /** The lowest severity. */
  readonly minimum?: Severity;
  /** Only findings of these; wildcards. A channel with any of them gets no daily digest, which is about everything. */
  readonly accounts?: readonly string[];
  readonly clusters?: readonly string[];
  readonly detections?: readonly string[];
}

/** A member named after a secret holds the name of the SST secret, never the secret itself. */
export type Channel = Routing &
  (
    | { readonly kind: 'email'; readonly address: string }
    /** `secret`: an incoming webhook's address, which says the channel, too. Each announcement is a message of its own. */
    | { readonly kind: 'slack'; readonly secret: string }
    /** `token`: a bot token (scope `chat:write`). Updates go into the finding's thread; with `triage`, there are buttons. */
    | {
        readonly kind: 'slack-app';
        readonly token: string;
        /** Where the workspace is; absent: `slack.com`. */
        readonly domain?: SlackDomain;
        /** The channel's id, `C…`. */
        readonly channel: string;
        readonly triage?: {
          /** The app's signing secret. */
          readonly signing: string;
          /** Ids (`U…`) of who may act; nobody else. */
          readonly users: readonly string[];
          /** The workspace's id, `T…`; the organisation's, `E…`, where the app is installed for all of it. */
          readonly team: string;
        };
      }
    /** `secret`: the integration key of an Events API v2 integration. */
    | { readonly kind: 'pagerduty'; readonly secret: string; readonly region?: 'us' | 'eu' }
    /** Signed JSON to an address of yours. `secret`: the key of the HMAC. */
    | { readonly kind: 'webhook'; readonly address: string; readonly secret: string }
  );

/** What a stage has beyond the watch itself. Read by the stacks and their functions only. */
export interface Deployment {
  /**
   * Buckets in `home` with EventBridge notifications on, into which a trail writes. Events of another account's bucket must be carried to this
   * one's default bus (docs/deploy.md).
   */
  readonly archives: readonly {
    readonly bucket: string;
    /** How keys begin up to the accounts; absent: `AWSLogs/`. Control Tower's begin with `o-…/AWSLogs/`. */
    readonly prefix: string;
    /** The bucket's KMS key, where it has one. */
    readonly key?: string;
  }[];
  /** The ARN of another account's bus: findings and a heartbeat are sent there. */
  readonly hub?: string;
  /** Accounts whose findings and heartbeats this stage gathers. */
  readonly gathers: readonly string[];
  /** The SST secret with an address that is called every five minutes, so that somebody outside notices silence. */
  readonly heartbeat?: string;
  /** AWS X-Ray tracing of the functions. */
  readonly tracing: boolean;
  /** Calls of our own that must come back: proof that the stage is awake. */
  readonly canary: {
    /** One in every enabled region. */
    readonly regions: boolean;
    /** One in every EKS cluster of ours (wildcards over names in `clusters`) whose endpoint the function can reach. */
    readonly clusters: readonly string[];
    /** Minutes between rounds. */
    readonly minutes: number;
  };
  /** Keeps what will be gone when the node is, on a critical finding about one. Absent: nothing is kept. */
  readonly evidence?: {
    /** Days for which nobody may delete it (S3 Object Lock, governance mode). */
    readonly retentionDays: number;
  };
  /** Where functions that call a cluster's API run: needed where its endpoint is private. Absent: in no VPC of yours. */
  readonly network?: { readonly subnets: readonly string[]; readonly securityGroups: readonly string[] };
}

/** Everything an installation says about itself. Every member has a safe default: `defineConfig({})` is valid. */
export interface Settings {
  /** AWS accounts that are ours. */
  readonly accounts: readonly string[];
  /** The region the pipeline lives in, and those that are approved for launches ([] = not said). */
  readonly home: string;
  readonly approvedRegions: readonly string[];
  readonly clusters: readonly Cluster[];
  readonly controllers: readonly Controller[];
  /** Who may change the plane that makes nodes: Terraform's, CDK's and CI's roles, administrators. Nearly every detection passes them. */
  readonly platform: Principals;
  /** Flux and Argo CD; EKS's managed Argo CD by the ARN of its capability's role. */
  readonly gitops: Principals;
  /** Wildcards over node role names or ARNs of all clusters. */
  readonly nodeRoles: readonly string[];
  /** Principals that may read bootstrap data (backup, secret sync), ARNs and users. */
  readonly secretReaders: Principals;
  readonly exemptNamespaces: readonly string[];
  /** Instance families (`m7g`, `p5`, wildcards `g*`). `allowed` empty = every family that is not disallowed. */
  readonly families: { readonly allowed: readonly string[]; readonly disallowed: readonly string[] };
  readonly network: {
    /** Public addresses and ranges of NAT gateways, proxies, EIPs. */
    readonly egress: readonly string[];
    /** CIDRs of VPCs and pods beyond those of the clusters. */
    readonly ranges: readonly string[];
    /** Addresses and ranges reached through VPN or Direct Connect, Outposts. */
    readonly onPrem: readonly string[];
    /** Our VPC endpoints: id → VPC and account. */
    readonly endpoints: { readonly [id: string]: { readonly vpc?: string; readonly account?: string } };
  };
  readonly approvedImages: { readonly ids: readonly string[]; readonly owners: readonly string[] };
  /** Tag keys by which Karpenter selects subnets, security groups and images, beyond the well-known ones. */
  readonly selectorTags: readonly string[];
  readonly imageSelectorTags: readonly string[];
  /** Names of parameters from which images of nodes are taken (`ssmParameter` of a node class, `resolve:ssm:` of a template); wildcards. */
  readonly imageParameters: readonly string[];
  /** Names of the queues through which Karpenter hears that nodes will end, beyond those named as their cluster; wildcards. */
  readonly interruptionQueues: readonly string[];
  readonly businessHours?: {
    readonly timeZone: string;
    /** ISO weekdays, 1 = Monday. */
    readonly days: readonly number[];
    readonly from: string;
    readonly to: string;
    readonly holidays: readonly string[];
  };
  /** Names or ARNs of managed policies a node role may carry. */
  readonly nodePolicies: readonly string[];
  /** The highest `expireAfter` that is not commented on, e.g. `72h`. */
  readonly maximumNodeAge: string;
  readonly detections: { readonly [id: string]: DetectionSettings };
  readonly suppressions: readonly Suppression[];
  readonly channels: readonly Channel[];
  readonly announcing: {
    /** Minutes after which a critical finding that nobody took up is said again. */
    readonly escalateMinutes: number;
    /** New findings of one detection by one principal in ten minutes; of more the storm is said, not each. */
    readonly stormFindings: number;
  };
  readonly deployment: Deployment;
  /** Minutes that late and out-of-order events may be late. */
  readonly latenessMinutes: number;
}

/** What a detection may require before it alerts; see `isSet` for when each counts as set. */
export type SettingName =
  | 'accounts'
  | 'approvedRegions'
  | 'approvedImages'
  | 'businessHours'
  | 'clusters'
  | 'controllers'
  | 'nodeRoles'
  | 'platform'
  | 'ranges';

/** Whether a setting says something, so that detections that need it are in full force. */
export const isSet = (settings: Settings, name: SettingName): boolean => {
  switch (name) {
    case 'approvedImages':
      return settings.approvedImages.ids.length + settings.approvedImages.owners.length > 0;
    case 'businessHours':
      return settings.businessHours !== undefined;
    case 'nodeRoles':
      return settings.nodeRoles.length > 0 || settings.clusters.some(one => (one.nodeRoles?.length ?? 0) > 0);
    case 'platform':
      return [settings.platform.arns, settings.platform.users, settings.platform.groups].some(
        one => (one?.length ?? 0) > 0,
      );
    case 'ranges':
      return settings.network.ranges.length > 0 || settings.clusters.some(one => (one.vpcRanges?.length ?? 0) > 0);
    default:
      return settings[name].length > 0;
  }
};
