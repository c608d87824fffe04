import type { Rehearsals } from './rehearsal.ts';
import { gone, nothing, ns, untemplate } from './steps.ts';

/** What makes detections about the watcher itself fire. */
export const watcher: Rehearsals = {
  'cloudtrail/detection-disabled': {
    steps: [
      'aws events put-rule --region "$REGION" --name tripline-rehearsal --event-pattern \'{"source":["tripline.rehearsal"]}\'',
      'aws events disable-rule --region "$REGION" --name tripline-rehearsal',
    ],
    undo: ['aws events delete-rule --region "$REGION" --name tripline-rehearsal'],
    note: "A rule of the watch's own name that watches nothing.",
  },
  'cloudtrail/eks-audit-logging-disabled': {
    steps: [
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --logging \'{"clusterLogging":[{"types":["audit"],"enabled":false}]}\'',
    ],
    undo: [
      'aws eks wait cluster-active --region "$REGION" --name "$CLUSTER"',
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --logging \'{"clusterLogging":[{"types":["audit"],"enabled":true}]}\'',
    ],
  },
  'pipeline/audit-evidence-omitted': {
    steps: [
      ns,
      // By standard input: one argument of a program holds 128 KB.
      "head -c 900000 /dev/zero | tr '\\0' x | kubectl -n tripline-rehearsal create configmap large --from-file=a=/dev/stdin",
    ],
    undo: [gone],
    note: 'Where the audit policy records bodies of that kind and cuts long events.',
  },
  'pipeline/evidence-omitted': {
    steps: [
      `aws ec2 create-launch-template --region "$REGION" --launch-template-name eks-tripline-rehearsal --launch-template-data "{\\"UserData\\":\\"$(head -c 12000 /dev/zero | base64 | tr -d '\\n')\\"}"`,
    ],
    undo: [untemplate('eks-tripline-rehearsal')],
    note: 'CloudTrail leaves out what is over its size; where it records the call whole there is nothing to find.',
  },
  'pipeline/canary-returned': {
    steps: [
      'echo "deploy with deployment.canary.regions on (it is by default) and wait for the next round, at most half an hour and what CloudTrail takes"',
    ],
    undo: nothing,
    note: 'The stage calls, and resolves the finding itself: npx tripline doctor --stage STAGE --all says when each came back.',
  },
  'pipeline/audit-canary-returned': {
    steps: [
      'echo "name the cluster in deployment.canary.clusters, deploy, and wait for the next round, at most half an hour"',
    ],
    undo: ['echo "take the cluster out of deployment.canary.clusters and deploy"'],
    note: 'The endpoint must be reachable from the function.',
  },
  'pipeline/canary-lost': {
    steps: [
      'aws events disable-rule --region "$REGION" --name tripline-test-candidates-2',
      'echo "read-only calls no longer arrive: wait for an hour"',
    ],
    undo: ['aws events enable-rule --region "$REGION" --name tripline-test-candidates-2'],
    note: 'In a stage named test; `npx tripline filters` shows which pattern admits DescribeExportTasks. The guard topic tells of the change at once.',
  },
  'pipeline/limit-reached': {
    steps: [
      'echo "set the threshold of cloudtrail/launch-burst to 1000 and rehearse it: its set of instances is then full"',
    ],
    undo: ['echo "take the threshold back"'],
    note: 'Costly to reach by real calls: the test suite reaches each bound.',
  },
  'pipeline/object-unread': {
    steps: [
      'echo "in a test stage with `reader: true`, delete the access entry of the role tripline-STAGE-posture-reader, then write a NodePool: kubectl label nodepool default tripline-rehearsal=yes"',
    ],
    undo: ['kubectl label nodepool default tripline-rehearsal-', 'echo "make the access entry again"'],
    note: 'Only where the posture reader is on.',
  },
  'pipeline/source-silent': {
    steps: [
      'echo "in a test stage, name a cluster in the settings whose audit logging is off, deploy, and wait for the subscriptions to be checked (at most an hour)"',
    ],
    undo: ['echo "take the cluster out of the settings and deploy"'],
    note: 'A source that falls silent by itself is said an hour later at the earliest.',
  },
  'pipeline/rule-failed': {
    steps: ['echo "deploy a test stage with a detection whose \'by\' throws, and make its call"'],
    undo: ['echo "deploy the stage without it"'],
    note: 'No call from outside can make a rule throw, unless there is a defect in it.',
  },
};
