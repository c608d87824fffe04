import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { credentialRead } from '../../core/lineage.ts';
import { recall } from '../../core/state/recall.ts';
import { traceScopes, tracesIn, whoIn } from '../../core/state/trace.ts';

const { within } = credentialRead;
const read = (over = {}) =>
  audit('get', 'secrets', {
    cluster: 'fleet',
    user: users.admin,
    time: '2026-09-01T09:30:00Z',
    objectRef: { namespace: 'capa-system', name: 'capa-manager-bootstrap-credentials' },
    ...over,
  });
const acted = (over = {}) => call('ec2', 'DescribeInstances', { userIdentity: clusterApi, ...over });

export const detection = cloudtrail({
  id: 'lineage/secret-read-then-aws-call',
  title: 'The role {role} acted from {range}, just after a secret of its controller was read',
  severity: 'critical',
  requires: ['ranges'],
  when: {
    fact: {
      'principal.controller': ['karpenter', 'cluster-api'],
      'source.place': ['public', 'foreign', 'endpoint', 'unclear'],
    },
  },
  by: view => [{ role: said(view, 'principal.id'), range: said(view, 'source.network') }],
  state: recall({
    kind: 'sequence',
    doc: 'A secret of the controller read by an unexpected user, and within 60 minutes a call of its role from outside every configured range; judged again when late records have come.',
    scopes: view =>
      traceScopes(credentialRead.name(view.event.account, said(view, 'principal.controller')), view.event.time, within),
    conclude: (view, key, items) =>
      whoIn(tracesIn(items, view.event.time, within)).map(user => ({
        key: { user, ...key },
        note: `by ${user}, within 60 minutes`,
      })),
    again: view => ({ after: view.event.time }),
  }),
  attack: ['T1552.007', 'T1078.004', 'T1550.001'],
  why: 'Controllers keep cloud credentials in secrets of their namespace. A read by somebody else, and then the controller’s role at work from a network that is not ours, is that credential in other hands.',
  references: [
    'Cluster API Provider AWS book, credentials of the manager (capa-manager-bootstrap-credentials)',
    'CloudTrail User Guide, "CloudTrail record contents" (sourceIPAddress)',
  ],
  runbook: [
    'Confirm both halves: npx tripline entity ROLE, and who read it: npx tripline entity USER',
    'Rotate what was read: for CAPA aws iam create-access-key and delete-access-key of the bootstrap user, then clusterawsadm controller update-credentials',
    revokeSessions,
    'See what the role made from there: aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=SESSION --region REGION',
    lookAround,
  ],
  blind: [
    'From inside the configured ranges, or behind our NAT gateways, the thief looks like the controller.',
    'Controllers whose names the settings do not give are known by their usual names only.',
    'Reads by controllers, nodes, the platform, GitOps and listed readers leave no trace.',
  ],
  examples: {
    matches: [
      { name: 'half an hour after a person read CAPA’s credentials', event: acted(), after: [read()] },
      { name: 'the read is recorded late', event: acted(), later: [read()] },
      {
        name: 'through another account’s endpoint',
        event: acted({
          sourceIPAddress: '10.9.8.7',
          vpcEndpointId: 'vpce-0fedcba9876543210',
          vpcEndpointAccountId: '444455556666',
        }),
        after: [read()],
      },
    ],
    misses: [
      { name: 'nobody read a secret', event: acted() },
      { name: 'from our NAT gateway', event: acted({ sourceIPAddress: '203.0.113.10' }), after: [read()] },
      { name: 'its own controller read it', event: acted(), after: [read({ user: users.capi })] },
      { name: 'it was read 61 minutes before', event: acted(), after: [read({ time: '2026-09-01T08:59:00Z' })] },
      { name: 'it was read a minute after', event: acted(), later: [read({ time: '2026-09-01T10:01:00Z' })] },
      { name: 'the read was refused', event: acted(), after: [read({ responseStatus: { code: 403 } })] },
      { name: 'another controller’s role', event: acted({ userIdentity: karpenter }), after: [read()] },
      { name: 'the platform’s role', event: acted({ userIdentity: platform }), after: [read()] },
    ],
  },
});
