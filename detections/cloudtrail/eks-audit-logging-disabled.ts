import { platform } from '../../core/cloudtrail/example-callers.ts';
import { eks } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const change = (...clusterLogging: readonly JsonObject[]) =>
  eks('UpdateClusterConfig', { logging: { clusterLogging } }, { by: platform });

export const detection = cloudtrail({
  id: 'cloudtrail/eks-audit-logging-disabled',
  title: '{principal} switched off logs of the cluster {cluster}: {eks.logging-off}',
  severity: 'critical',
  when: { fact: { 'eks.logging-off': ['audit', 'authenticator'], 'call.outcome': 'succeeded' } },
  by: view => [{ cluster: said(view, 'eks.cluster') }],
  resources: view => [said(view, 'eks.cluster')],
  attack: ['T1685.002'],
  why: 'The audit log is the only record of what is done inside the cluster. Whoever switches it off is about to do something there, and everything that watches the cluster goes blind at once.',
  references: [
    'EKS User Guide, "Send control plane logs to CloudWatch Logs"',
    'EKS API Reference, UpdateClusterConfig',
  ],
  runbook: [
    confirmCall,
    'Switch them on again: aws eks update-cluster-config --region REGION --name CLUSTER --logging \'{"clusterLogging":[{"types":["audit","authenticator"],"enabled":true}]}\'.',
    'Find what was done in the gap: CloudTrail goes on (launches, roles, pod identities); kubectl get events -A --sort-by .lastTimestamp, which go back an hour; compare RBAC, secrets and node classes with version control.',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'A log group or subscription that is deleted silences the logs as well: cloudtrail/detection-disabled.',
    'A cluster created without audit logging never had it: `tripline doctor` says so.',
  ],
  examples: {
    matches: [
      {
        name: 'audit is switched off, others on',
        event: change({ types: ['audit'], enabled: false }, { types: ['api'], enabled: true }),
      },
      {
        name: 'the authenticator log is, in the second element',
        event: change({ types: ['api'], enabled: true }, { types: ['authenticator', 'scheduler'], enabled: false }),
      },
    ],
    misses: [
      {
        name: 'audit is switched on, others off',
        event: change({ types: ['audit'], enabled: true }, { types: ['api'], enabled: false }),
      },
      {
        name: 'a refused attempt',
        event: eks(
          'UpdateClusterConfig',
          { logging: { clusterLogging: [{ types: ['audit'], enabled: false }] } },
          { record: { errorCode: 'AccessDeniedException' } },
        ),
      },
    ],
  },
});
