import { isIP } from 'node:net';
import type { Message } from './announce/message.ts';
import type { Severity } from './detection.ts';
import type { FindingStatus } from './finding.ts';
import { keyParts } from './findings/entity.ts';
import type { JsonObject } from './json.ts';
import { isWay } from './way.ts';

/** The version of the Open Cybersecurity Schema Framework that {@link ocsf} writes. */
export const ocsfVersion = '1.8.0';

const severityIds: { readonly [S in Severity]: readonly [number, string] } = {
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};

const statusIds: { readonly [S in FindingStatus]: readonly [number, string] } = {
  open: [1, 'New'],
  acknowledged: [2, 'In Progress'],
  suppressed: [3, 'Suppressed'],
  resolved: [4, 'Resolved'],
};

const classUid = 2004;
const categoryUid = 2;

/** A technique or a sub-technique with its parent, and its tactics. OCSF "MITRE ATT&CK & ATLAS" object. */
const attack = (
  version: string,
  { id, name, tactics }: Message['detection']['attack']['techniques'][number],
): JsonObject => {
  const [parentId, sub] = id.split('.');
  const [parentName, ...rest] = name.split(': ');
  return {
    version,
    tactics: tactics.map(tactic => ({ uid: tactic.id, name: tactic.name })),
    technique: { uid: parentId, name: sub === undefined ? name : parentName },
    ...(sub === undefined ? {} : { sub_technique: { uid: id, name: rest.join(': ') } }),
  };
};

const isAddress = (text: string): boolean => isIP(text) !== 0;

/** An access key's id (IAM User Guide, "IAM identifiers": AKIA of users, ASIA of sessions). */
const isAccessKey = (text: string): boolean => /^A[KS]IA[A-Z0-9]{12,124}$/.test(text);

/** OCSF observables: 2 IP Address, 4 User Name, 10 Resource UID, 19 User Credential ID, 99 Other. */
const observables = ({ finding }: Message, resources: readonly { readonly uid: string }[]): readonly JsonObject[] => [
  ...finding.principals
    .filter(name => !isWay(name))
    .map(value =>
      isAccessKey(value)
        ? {
            name: Object.values(finding.key).includes(value) ? 'unmapped.key.key' : 'evidences[].data',
            type_id: 19,
            type: 'User Credential ID',
            value,
          }
        : { name: 'evidences[].actor.user.uid', type_id: 4, type: 'User Name', value },
    ),
  ...finding.addresses.map(value =>
    isAddress(value)
      ? { name: 'evidences[].src_endpoint.ip', type_id: 2, type: 'IP Address', value }
      : { name: 'evidences[].src_endpoint.name', type_id: 99, type: 'Other', value },
  ),
  ...resources.map(({ uid: value }) => ({ name: 'resources[].uid', type_id: 10, type: 'Resource UID', value })),
];

/** Parts of keys that name an object of Kubernetes, as the facts `object.path` and its like write it. */
const objectParts: ReadonlySet<string> = new Set(['binding', 'lease', 'object', 'owner', 'pod', 'secret']);
/** "machines.cluster.x-k8s.io fleet-eu/extra-1", "nodepools.karpenter.sh default", "kube-system/aws-auth". */
const objectText = /^(?:([a-z][a-z0-9.-]*) )?(?:([a-z0-9-]+)\/)?([^\s/]+)$/;
/** Parts that say no kind of thing. */
const untyped: ReadonlySet<string> = new Set(['object', 'owner', 'resource', 'target']);

/** What the finding's key says of a resource that it names: its kind, and of an object in Kubernetes its namespace and name. */
const described = ({ key, source }: Message['finding'], uid: string): JsonObject => {
  const part = Object.keys(key).find(name => key[name] === uid && keyParts[name] === 'resource');
  if (part === undefined) return {};
  const object = source === 'kubernetes' && objectParts.has(part) ? objectText.exec(uid) : null;
  const [, written, namespace, name] = object ?? [];
  const type = written ?? (untyped.has(part) ? undefined : part);
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(type === undefined ? {} : { type }),
  };
};

/** What the finding is about and what else takes part, its cluster last: a search for any of them finds it. */
const resourcesOf = ({ finding }: Message): readonly (JsonObject & { readonly uid: string })[] => {
  const { resources, cluster, region } = finding;
  const everywhere = region === '' ? {} : { region };
  const listed = resources.map(uid => ({
    uid,
    ...described(finding, uid),
    ...(cluster === '' ? {} : { group: { name: cluster } }),
    ...everywhere,
  }));
  if (cluster === '' || resources.includes(cluster)) return listed;
  return [...listed, { uid: cluster, type: 'cluster', ...everywhere }];
};

/** Evidence by its label. Of a label that stands several times, as what changed in an object does, all values, one a line. */
const dataOf = (lines: Message['evidence']['lines']): JsonObject =>
  Object.fromEntries(
    [...Map.groupBy(lines, ({ label }) => label)].map(([label, same]) => [
      label,
      same.map(({ value }) => value).join('\n'),
    ]),
  );

const evidences = ({ finding, evidence }: Message): readonly JsonObject[] => {
  const user = finding.principals.find(name => !isWay(name) && !isAccessKey(name));
  const [address] = finding.addresses;
  const parts: JsonObject = {
    ...(user === undefined ? {} : { actor: { user: { uid: user } } }),
    ...(address === undefined ? {} : { src_endpoint: isAddress(address) ? { ip: address } : { name: address } }),
    ...(evidence.lines.length === 0 ? {} : { data: dataOf(evidence.lines) }),
  };
  return Object.keys(parts).length === 0 ? [] : [parts];
};

const activityOf = (kind: Message['transition']['kind']): readonly [number, string] => {
  if (kind === 'first') return [1, 'Create'];
  return kind === 'resolved' ? [3, 'Close'] : [2, 'Update'];
};

/**
 * The announcement as an OCSF Detection Finding (class 2004) with the Cloud profile: Create for a case's first announcement,
 * Update for what follows, Close for its resolution. The finding's `uid` is the case, so that consumers join updates to it; `metadata.uid` is the
 * announcement, by which a repeat is told.
 */
export const ocsf = (message: Message): JsonObject => {
  const { finding, detection, transition } = message;
  const [activityId, activityName] = activityOf(transition.kind);
  const [severityId, severity] = severityIds[finding.severity];
  const [statusId, status] = statusIds[finding.status];
  const [first, last] = [Date.parse(finding.first), Date.parse(finding.last)];
  const weakened = finding.notes.length > 0;
  const resources = resourcesOf(message);
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: categoryUid,
    category_name: 'Findings',
    class_uid: classUid,
    class_name: 'Detection Finding',
    type_uid: classUid * 100 + Number(activityId),
    type_name: `Detection Finding: ${activityName}`,
    severity_id: severityId,
    severity,
    status_id: statusId,
    status,
    confidence_id: weakened ? 2 : 3,
    confidence: weakened ? 'Medium' : 'High',
    is_alert: true,
    time: last,
    start_time: first,
    end_time: last,
    count: finding.count,
    message: `${message.headline}: ${finding.title}`,
    metadata: {
      version: ocsfVersion,
      uid: message.id,
      correlation_uid: finding.id,
      ...(transition.sequence === undefined ? {} : { sequence: transition.sequence }),
      profiles: ['cloud'],
      product: {
        name: 'Tripline',
        vendor_name: 'Tripline',
        feature: { uid: finding.detection, version: finding.version },
      },
      ...(finding.account === '' ? {} : { tenant_uid: finding.account }),
    },
    cloud: {
      provider: 'AWS',
      ...(finding.region === '' ? {} : { region: finding.region }),
      ...(finding.account === '' ? {} : { account: { uid: finding.account, type_id: 10, type: 'AWS Account' } }),
    },
    finding_info: {
      uid: finding.id,
      title: finding.title,
      desc: detection.why === '' ? finding.title : detection.why,
      first_seen_time: first,
      last_seen_time: last,
      types: [finding.detection],
      data_sources: [finding.source],
      analytic: { uid: finding.detection, name: finding.detection, version: finding.version, type_id: 1, type: 'Rule' },
      attacks: detection.attack.techniques.map(technique => attack(detection.attack.version, technique)),
      related_events: message.evidence.eventIds.map(uid => ({ uid })),
    },
    evidences: evidences(message),
    resources,
    observables: observables(message, resources),
    ...(detection.runbook.length === 0
      ? {}
      : { remediation: { desc: detection.runbook.join('\n'), references: [...detection.references] } }),
    unmapped: {
      key: finding.key,
      cluster: finding.cluster,
      notes: [...finding.notes],
      ...(finding.disposition === undefined ? {} : { disposition: finding.disposition }),
      transition: { ...transition, changes: [...transition.changes] },
    },
  };
};
