import type { AuditRecord, AuditUser } from '../../core/kubernetes/record.ts';
import { account } from './aws.ts';
import type { Random } from './random.ts';

/** What one call of the audit log states; the rest is ordinary. */
export interface Call {
  readonly time: number;
  readonly user: AuditUser;
  readonly verb: string;
  /** `group/resource[/subresource]`, the core group being empty: `/pods/exec`, `apps/deployments`. */
  readonly what: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly from: string;
  readonly agent?: string;
  readonly code?: number;
  readonly over?: Partial<AuditRecord>;
}

const versions: { readonly [group: string]: string } = {
  'karpenter.sh': 'v1',
  'karpenter.k8s.aws': 'v1',
  'cluster.x-k8s.io': 'v1beta2',
  'bootstrap.cluster.x-k8s.io': 'v1beta2',
  'controlplane.cluster.x-k8s.io': 'v1beta2',
  'infrastructure.cluster.x-k8s.io': 'v1beta2',
};

/** An EKS user through an access entry, as the IAM authenticator writes it. */
export const iamUser = (
  role: string,
  session: string,
  groups: readonly string[] = ['system:authenticated'],
): AuditUser => ({
  username: `arn:aws:sts::${account}:assumed-role/${role}/${session}`,
  uid: `aws-iam-authenticator:${account}:AROAEXAMPLEEXAMPLEEXA`,
  groups,
  extra: {
    arn: [`arn:aws:sts::${account}:assumed-role/${role}/${session}`],
    canonicalArn: [`arn:aws:iam::${account}:role/${role}`],
    accessKeyId: ['ASIAEXAMPLEKEY000001'],
    principalId: ['AROAEXAMPLEEXAMPLEEXA'],
    sessionName: [session],
  },
});

export const serviceAccount = (namespace: string, name: string): AuditUser => ({
  username: `system:serviceaccount:${namespace}:${name}`,
  uid: '00000000-0000-4000-8000-0000000000aa',
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

/** Writes audit events of one cluster, in the order of their making. */
export class AuditLog {
  readonly records: AuditRecord[] = [];
  readonly random: Random;
  constructor(random: Random) {
    this.random = random;
  }

  /** One call's event, ResponseComplete unless said otherwise. Gives it back. */
  add(call: Call): AuditRecord {
    const [group = '', resource = '', subresource] = call.what.split('/');
    const version = versions[group] ?? 'v1';
    const path = [
      group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
      ...(call.namespace === undefined ? [] : [`namespaces/${call.namespace}`]),
      resource,
      ...(call.name === undefined ? [] : [call.name]),
      ...(subresource === undefined ? [] : [subresource]),
    ];
    const code = call.code ?? (call.verb === 'create' ? 201 : 200);
    const received = new Date(call.time + this.random.below(900))
      .toISOString()
      .replace('Z', `${String(this.random.below(1000)).padStart(3, '0')}Z`);
    const record: AuditRecord = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: 'Metadata',
      auditID: this.random.guid(),
      stage: 'ResponseComplete',
      requestURI: path.join('/'),
      verb: call.verb,
      user: call.user,
      sourceIPs: [call.from],
      userAgent: call.agent ?? 'kubectl/v1.34.1 (linux/amd64) kubernetes/0000000',
      objectRef: {
        resource,
        ...(call.namespace === undefined ? {} : { namespace: call.namespace }),
        ...(call.name === undefined ? {} : { name: call.name }),
        ...(group === '' ? {} : { apiGroup: group }),
        apiVersion: version,
        ...(subresource === undefined ? {} : { subresource }),
      },
      responseStatus:
        code < 300
          ? { metadata: {}, code }
          : { metadata: {}, status: 'Failure', reason: code === 403 ? 'Forbidden' : 'Error', code },
      requestReceivedTimestamp: received,
      stageTimestamp: received,
      annotations: {
        'authorization.k8s.io/decision': code === 403 ? 'forbid' : 'allow',
        'authorization.k8s.io/reason': code === 403 ? '' : 'RBAC: allowed by ClusterRoleBinding',
      },
      ...call.over,
    };
    this.records.push(record);
    return record;
  }
}
