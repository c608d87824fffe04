import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { launchOf } from '../../core/cloudtrail/launch.ts';
import { listed, said, texts } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeChanger, stopProvisioning } from '../../core/cloudtrail/steps.ts';
import { cloudtrail, type Key } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { text } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { nodeClassChange, templateChange } from '../../core/lineage.ts';
import { recall } from '../../core/state/recall.ts';
import { type Trace, traceScopes, tracesIn, whoIn } from '../../core/state/trace.ts';

const minute = 60_000;

/** What a launch was made from: the node class in its tags, and its launch templates; each with the name of its traces. */
const origins = (view: View<'cloudtrail'>): readonly { readonly object: string; readonly trace: string }[] => {
  const { account } = view.event;
  const cluster = said(view, 'launch.cluster');
  const nodeClass = launchOf(view.event).tags.find(({ key }) => key === 'karpenter.k8s.aws/ec2nodeclass')?.value;
  return [
    ...(nodeClass === undefined
      ? []
      : [
          {
            object: `EC2NodeClass ${nodeClass} of ${cluster}`,
            trace: nodeClassChange.name(account, cluster, nodeClass.slice(0, 253)),
          },
        ]),
    ...texts(view, 'launch.templates')
      .slice(0, 4)
      .map(template => ({
        object: `launch template ${template}`,
        trace: templateChange.name(account, template.slice(0, 256)),
      })),
  ];
};

const within = nodeClassChange.within;
/** The traces of one of them. */
const scopesOf = (view: View<'cloudtrail'>, { object }: Key): readonly string[] =>
  origins(view).flatMap(one => (one.object === object ? traceScopes(one.trace, view.event.time, within) : []));

/** Who changed it, and in which hour (ISO): hours later it is another change, also by the same person. */
const changesIn = (traces: readonly Trace[]): readonly { readonly by: string; readonly hour: string }[] => {
  const hourOf = ({ time }: Trace): string => `${new Date(time).toISOString().slice(0, 13)}:00Z`;
  return [...new Set(traces.map(hourOf))].flatMap(hour =>
    whoIn(traces.filter(trace => hourOf(trace) === hour)).map(by => ({ by, hour })),
  );
};

const changed = (minutes: number, over = {}) =>
  audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', {
    time: new Date(Date.parse('2026-09-01T10:00:00Z') - minutes * minute).toISOString(),
    objectRef: { name: 'default' },
    ...over,
  });
const versioned = (over = {}) =>
  wrappedEc2(
    'CreateLaunchTemplateVersion',
    { LaunchTemplateId: 'lt-0aaa', SourceVersion: '1', LaunchTemplateData: { UserData: '<sensitiveDataRemoved>' } },
    { ...over, record: { eventTime: '2026-09-01T09:50:00Z' } },
  );
const launched = fleetRun();

export const detection = cloudtrail({
  id: 'lineage/nodeclass-changed-then-launched',
  title: 'Instances were launched from what somebody unexpected had just changed',
  severity: 'critical',
  when: { eventName: 'RunInstances', fact: { 'call.outcome': 'succeeded' } },
  // A drift replaces every node of the class: they are one finding of the change (of its hour), and named in it.
  by: (view): readonly Key[] => origins(view).map(({ object }) => ({ object })),
  resources: view => listed(view, 'launch.instances').map(one => text(one, 'id') ?? 'unknown'),
  state: recall({
    kind: 'sequence',
    doc: 'A write on the EC2NodeClass, or a new version of the launch template, by neither platform, GitOps nor controller, and within 30 minutes a launch from it; the launch is judged again when late records have come.',
    scopes: scopesOf,
    conclude: (view, { object = 'unknown' }, items) =>
      changesIn(tracesIn(items, view.event.time, within)).map(({ hour, by }) => ({
        key: { object, changedBy: by, changedIn: hour },
        note: `${object}, by ${by}, within 30 minutes`,
      })),
    again: view => ({ after: view.event.time }),
  }),
  attack: ['T1578.002', 'T1525', 'T1059.009'],
  why: 'Image, role and user data of a node come from its node class. A change that neither GitOps nor the platform made, and then a node that boots it, is code that now runs as root with a node’s credentials.',
  references: [
    'Karpenter documentation, NodeClasses (drift replaces nodes after a change)',
    'EC2 API Reference, CreateLaunchTemplateVersion; karpenter-provider-aws, pkg/providers/launchtemplate',
  ],
  runbook: [
    'Confirm both halves: npx tripline entity INSTANCE, and who changed it: npx tripline entity CHANGED_BY; what it is now: kubectl get ec2nodeclass NODE_CLASS -o yaml --show-managed-fields | diff - EXPECTED.yaml; aws ec2 describe-launch-template-versions --region REGION --launch-template-id TEMPLATE_ID',
    stopProvisioning,
    preserveNode,
    revokeChanger,
    lookAround,
  ],
  blind: [
    'A node that was launched more than 30 minutes after the change is not joined with it; the change is a finding of its own (kubernetes/provisioning-changed-by-unexpected).',
    'The node class is known by the launch’s tags, which Karpenter writes; a launch without them is joined by its template only.',
    'What the change was, no record says where the cluster logs no bodies.',
    'Of many instances of one change, evidence is kept of some: those that are news when they are said.',
  ],
  examples: {
    matches: [
      {
        name: 'ten minutes after a developer patched its node class',
        event: launched,
        after: [changed(10)],
      },
      {
        name: 'the record of the patch comes late',
        event: launched,
        later: [changed(10)],
      },
      {
        name: 'ten minutes after a developer made a version of its template',
        event: launched,
        after: [versioned()],
      },
      {
        name: 'an instance for no cluster, from such a template',
        event: runInstances({ request: { launchTemplate: { launchTemplateId: 'lt-0aaa', version: '2' } } }),
        after: [versioned()],
      },
    ],
    misses: [
      { name: 'nobody changed anything', event: launched },
      { name: 'GitOps patched it', event: launched, after: [changed(10, { user: users.gitops })] },
      { name: 'the platform patched it', event: launched, after: [changed(10, { user: users.platform })] },
      { name: 'it was patched 31 minutes before', event: launched, after: [changed(31)] },
      { name: 'it was patched a minute after', event: launched, later: [changed(-1)] },
      { name: 'another node class was patched', event: launched, after: [changed(10, { objectRef: { name: 'gpu' } })] },
      {
        name: 'the node class of that name in another cluster was patched',
        event: launched,
        after: [changed(10, { cluster: 'fleet' })],
      },
      {
        name: 'the patch was refused',
        event: launched,
        after: [changed(10, { responseStatus: { code: 403 } })],
      },
      { name: 'the platform made the version', event: launched, after: [versioned({ by: platform })] },
      {
        name: 'the fleet’s own record, which launches nothing beside',
        event: createFleet(),
        after: [changed(10)],
      },
      {
        name: 'a launch that was refused',
        event: fleetRun({
          record: {
            errorCode: 'Client.UnauthorizedOperation',
            responseElements: launched.record.responseElements ?? null,
          },
        }),
        after: [changed(10)],
      },
      {
        name: 'the instance is started again',
        event: ec2('StartInstances', { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } }),
        after: [changed(10), versioned()],
      },
    ],
  },
});
