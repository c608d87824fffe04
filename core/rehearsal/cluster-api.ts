import type { Rehearsals } from './rehearsal.ts';
import { apply, gone, nothing, notNamed, ns } from './steps.ts';

const machineTemplate = {
  apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
  kind: 'AWSMachineTemplate',
  metadata: { name: 'tripline-rehearsal' },
  spec: { template: { spec: { instanceType: 't3.nano', instanceMetadataOptions: { httpTokens: 'optional' } } } },
};
/** Of no replica, paused, of no cluster. */
const machineDeployment = `kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'MachineDeployment', metadata: { name: 'tripline-rehearsal', annotations: { 'cluster.x-k8s.io/paused': 'true' } }, spec: { clusterName: 'none', replicas: 0, selector: {}, template: { spec: { clusterName: 'none', bootstrap: { dataSecretName: 'none' }, infrastructureRef: { apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2', kind: 'AWSMachineTemplate', name: 'none' } } } } })}'`;
const bootstrapToken = (name: string): object => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: `bootstrap-token-${name}`, namespace: 'kube-system' },
  type: 'bootstrap.kubernetes.io/token',
  stringData: { 'token-id': name, 'token-secret': 'rehearsalonly000', 'usage-bootstrap-authentication': 'true' },
});

/** What makes detections about Cluster API and bootstrap fire. */
export const clusterApi: Rehearsals = {
  'kubernetes/bootstrap-token-off-cluster': {
    steps: [
      apply(bootstrapToken('rehrsl')),
      'SERVER=$(kubectl config view --minify -o jsonpath="{.clusters[0].cluster.server}")',
      'curl -sk -H "Authorization: Bearer rehrsl.rehearsalonly000" "$SERVER/api/v1/namespaces/kube-system/configmaps/kubeadm-config"',
    ],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehrsl'],
    note: 'From an address outside of the cluster’s ranges; on a cluster that takes bootstrap tokens. The refusal is the record. Your kubeconfig must name no client certificate of its own, else it wins over the token.',
  },
  'kubernetes/bootstrap-secret-read': {
    steps: ['kubectl -n kube-system get secrets --field-selector type=bootstrap.kubernetes.io/token'],
    undo: nothing,
    note: notNamed,
  },
  'kubernetes/bootstrap-secret-written': {
    steps: [
      apply(bootstrapToken('rehear')),
      'kubectl -n kube-system label secret bootstrap-token-rehear tripline-rehearsal=true',
    ],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. The token has no group, so it joins nothing.',
  },
  'kubernetes/bootstrap-token-created': {
    steps: [apply(bootstrapToken('rehear'))],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. The token has no group, so it joins nothing.',
  },
  'kubernetes/bootstrap-token-reused': {
    steps: [
      apply(bootstrapToken('rehear')),
      'SERVER=$(kubectl config view --minify -o jsonpath="{.clusters[0].cluster.server}")',
      'curl -sk -X POST -H "Authorization: Bearer rehear.rehearsalonly000" "$SERVER/apis/certificates.k8s.io/v1/certificatesigningrequests" -d "{}"',
      'echo "and the same from a second machine"',
    ],
    undo: ['kubectl -n kube-system delete secret bootstrap-token-rehear'],
    note: 'On a self-managed cluster. Both calls are refused; a token used from two machines is what counts.',
  },
  'kubernetes/capa-identity-changed': {
    steps: [
      apply({
        apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
        kind: 'AWSClusterRoleIdentity',
        metadata: { name: 'tripline-rehearsal' },
        spec: {
          roleARN: 'arn:aws:iam::111122223333:role/none',
          sourceIdentityRef: { kind: 'AWSClusterControllerIdentity', name: 'default' },
        },
      }),
    ],
    undo: ['kubectl delete awsclusterroleidentity tripline-rehearsal'],
  },
  'kubernetes/capi-cluster-deleted': {
    steps: [
      ns,
      `kubectl -n tripline-rehearsal apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'Cluster', metadata: { name: 'rehearsal' }, spec: { paused: true } })}'`,
      'kubectl -n tripline-rehearsal delete cluster rehearsal --wait=false',
    ],
    undo: [gone],
    note: 'A Cluster of nothing. If it stays, take its finalizers away.',
  },
  'kubernetes/capi-object-changed-by-unexpected': {
    steps: [`kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify(machineTemplate)}'`],
    undo: ['kubectl -n "$FLEET" delete awsmachinetemplate tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/client-certificate-requested': {
    steps: [
      'openssl req -new -newkey rsa:2048 -nodes -keyout rehearsal.key -subj /CN=rehearsal -out rehearsal.csr',
      'kubectl create -f - <<< "{\\"apiVersion\\":\\"certificates.k8s.io/v1\\",\\"kind\\":\\"CertificateSigningRequest\\",\\"metadata\\":{\\"name\\":\\"tripline-rehearsal\\"},\\"spec\\":{\\"signerName\\":\\"kubernetes.io/kube-apiserver-client\\",\\"usages\\":[\\"client auth\\"],\\"request\\":\\"$(base64 < rehearsal.csr | tr -d \'\\n\')\\"}}"',
    ],
    undo: ['kubectl delete certificatesigningrequest tripline-rehearsal', 'rm rehearsal.key rehearsal.csr'],
    note: 'Never approve it.',
  },
  'kubernetes/clusterclass-changed': {
    steps: ['kubectl -n "$FLEET" annotate clusterclass --all tripline-rehearsal=true'],
    undo: ['kubectl -n "$FLEET" annotate clusterclass --all tripline-rehearsal-'],
    note: 'Annotations of a class are not rolled out.',
  },
  'kubernetes/machine-created-by-unexpected': {
    steps: [machineDeployment],
    undo: ['kubectl -n "$FLEET" delete machinedeployment tripline-rehearsal'],
    note: 'Of no replica, paused. As a principal that the settings do not name.',
  },
  'kubernetes/machine-created-outside-hours': {
    steps: [machineDeployment],
    undo: ['kubectl -n "$FLEET" delete machinedeployment tripline-rehearsal'],
    note: 'Of no replica, paused. Set `businessHours` so that now is outside of them.',
  },
  'kubernetes/machine-remediation-weakened': {
    steps: [
      `kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify({ apiVersion: 'cluster.x-k8s.io/v1beta1', kind: 'MachineHealthCheck', metadata: { name: 'tripline-rehearsal' }, spec: { clusterName: 'none', selector: { matchLabels: { none: 'none' } }, unhealthyConditions: [{ type: 'Ready', status: 'False', timeout: '1h' }] } })}'`,
      'kubectl -n "$FLEET" delete machinehealthcheck tripline-rehearsal',
    ],
    undo: nothing,
  },
  'kubernetes/machine-template-unhardened': {
    steps: [`kubectl -n "$FLEET" apply -f - <<< '${JSON.stringify(machineTemplate)}'`],
    undo: ['kubectl -n "$FLEET" delete awsmachinetemplate tripline-rehearsal'],
    note: 'Where the audit log holds bodies; no machine is made from it.',
  },
  'lineage/bootstrap-secret-read-then-join': {
    steps: [
      'kubectl -n "$FLEET" get secrets > /dev/null',
      'kubectl -n "$FLEET" scale machinedeployment --all --replicas 1',
    ],
    undo: ['kubectl -n "$FLEET" scale machinedeployment --all --replicas 0'],
    note: 'In a fleet of the test alone: a machine joins after somebody unexpected read what lets it.',
  },
};
