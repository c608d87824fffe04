import type { Rehearsals } from './rehearsal.ts';
import { apply, gone, nothing, notNamed, ns } from './steps.ts';

/** What makes detections about access to a cluster and its guards fire. */
export const cluster: Rehearsals = {
  'cloudtrail/control-plane-changed-by-unexpected': {
    steps: [
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --deletion-protection',
      'aws eks wait cluster-active --region "$REGION" --name "$CLUSTER"',
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --no-deletion-protection',
    ],
    undo: nothing,
    note: `Protection that was on before must be put back. ${notNamed}`,
  },
  'cloudtrail/eks-access-granted': {
    steps: [
      'aws eks create-access-entry --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal"',
      'aws eks associate-access-policy --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal" --policy-arn arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy --access-scope type=cluster',
    ],
    undo: [
      'aws eks delete-access-entry --region "$REGION" --cluster-name "$CLUSTER" --principal-arn "arn:aws:iam::$ACCOUNT:role/$NODE_ROLE-rehearsal"',
    ],
    note: 'A role of that name must be made first (aws iam create-role); nobody can assume what nobody trusts.',
  },
  'cloudtrail/eks-authentication-changed': {
    steps: [
      'aws eks associate-identity-provider-config --region "$REGION" --cluster-name "$CLUSTER" --oidc identityProviderConfigName=tripline-rehearsal,issuerUrl=https://example.com,clientId=tripline-rehearsal',
    ],
    undo: [
      'aws eks disassociate-identity-provider-config --region "$REGION" --cluster-name "$CLUSTER" --identity-provider-config type=oidc,name=tripline-rehearsal',
    ],
    note: 'It takes up to half an hour to be undone.',
  },
  'cloudtrail/eks-endpoint-exposed': {
    steps: [
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --resources-vpc-config endpointPublicAccess=true,publicAccessCidrs=0.0.0.0/0',
    ],
    undo: [
      'aws eks wait cluster-active --region "$REGION" --name "$CLUSTER"',
      'aws eks update-cluster-config --region "$REGION" --name "$CLUSTER" --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true',
    ],
    note: 'Note the former setting: aws eks describe-cluster --query cluster.resourcesVpcConfig.',
  },
  'kubernetes/admission-guard-tampered': {
    steps: [
      apply({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'tripline-rehearsal' },
        webhooks: [],
      }),
      'kubectl delete validatingwebhookconfiguration tripline-rehearsal',
    ],
    undo: nothing,
    note: 'The guard that is deleted guards nothing.',
  },
  'kubernetes/aws-auth-changed': {
    steps: [
      'kubectl -n kube-system get configmap aws-auth -o yaml > aws-auth.yaml',
      'kubectl -n kube-system annotate configmap aws-auth tripline-rehearsal=true',
      'kubectl -n kube-system apply -f aws-auth.yaml',
    ],
    undo: ['kubectl -n kube-system annotate configmap aws-auth tripline-rehearsal-', 'rm aws-auth.yaml'],
    note: 'Only where the cluster still reads aws-auth.',
  },
  'kubernetes/component-identity-misused': {
    steps: [
      'openssl req -new -newkey rsa:2048 -nodes -keyout rehearsal.key -subj /CN=system:kube-scheduler -out rehearsal.csr',
      'kubectl -n "$FLEET" get secret "$(kubectl -n "$FLEET" get clusters -o name | head -1 | cut -d/ -f2)-ca" -o json | jq -r \'.data["tls.crt"] | @base64d\' > ca.crt',
      'kubectl -n "$FLEET" get secret "$(kubectl -n "$FLEET" get clusters -o name | head -1 | cut -d/ -f2)-ca" -o json | jq -r \'.data["tls.key"] | @base64d\' > ca.key',
      'WORKLOAD_SERVER=$(kubectl -n "$FLEET" get clusters -o jsonpath="https://{.items[0].spec.controlPlaneEndpoint.host}:{.items[0].spec.controlPlaneEndpoint.port}")',
      'openssl x509 -req -in rehearsal.csr -CA ca.crt -CAkey ca.key -days 1 -out rehearsal.crt',
      'curl --cacert ca.crt --cert rehearsal.crt --key rehearsal.key "$WORKLOAD_SERVER/api/v1/namespaces/kube-system/secrets" || true',
    ],
    undo: ['rm rehearsal.key rehearsal.csr rehearsal.crt ca.crt ca.key'],
    note: 'Of the first Cluster there, whose audit log is watched. The refusal is the record. Reading the key is a finding too.',
  },
  'kubernetes/controller-or-node-impersonated': {
    steps: ['kubectl get nodes --as=system:serviceaccount:kube-system:karpenter'],
    undo: nothing,
  },
  'kubernetes/controller-pod-entered': {
    steps: ['kubectl -n kube-system exec deployment/karpenter -- true || true'],
    undo: nothing,
    note: 'The image has no shell: the attempt is the record.',
  },
  'kubernetes/controller-rbac-granted': {
    steps: ['kubectl create clusterrole tripline-rehearsal --verb=patch --resource=nodepools.karpenter.sh'],
    undo: ['kubectl delete clusterrole tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/controller-secret-touched': {
    steps: [
      'kubectl -n kube-system create secret generic karpenter-rehearsal --from-literal=a=b',
      'kubectl -n kube-system get secret karpenter-rehearsal',
    ],
    undo: ['kubectl -n kube-system delete secret karpenter-rehearsal'],
    note: notNamed,
  },
  'kubernetes/denied-burst': {
    steps: [
      ns,
      'kubectl -n tripline-rehearsal create serviceaccount nobody',
      'TOKEN=$(kubectl -n tripline-rehearsal create token nobody --duration 10m)',
      'for i in $(seq 1 30); do kubectl --token "$TOKEN" get secrets -A > /dev/null 2>&1; done',
    ],
    undo: [gone, 'unset TOKEN'],
    note: 'Your kubeconfig must name no client certificate of its own, else it wins over the token.',
  },
  'kubernetes/gitops-guard-changed': {
    steps: [
      apply({
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
        kind: 'Kustomization',
        metadata: { name: 'tripline-rehearsal', namespace: 'flux-system' },
        spec: { suspend: true, interval: '1h', prune: false, sourceRef: { kind: 'GitRepository', name: 'none' } },
      }),
      'kubectl -n flux-system patch kustomization.kustomize.toolkit.fluxcd.io tripline-rehearsal --type merge -p \'{"spec":{"path":"./elsewhere"}}\'',
    ],
    undo: ['kubectl -n flux-system delete kustomization.kustomize.toolkit.fluxcd.io tripline-rehearsal'],
    note: 'With Flux; it is suspended and applies nothing.',
  },
  'kubernetes/foreign-address-taken': {
    steps: [
      ns,
      'kubectl -n tripline-rehearsal create service clusterip tripline-rehearsal --tcp=8888',
      'kubectl -n tripline-rehearsal patch service tripline-rehearsal --type merge -p \'{"spec":{"externalIPs":["fd00:ec2::ffff"]}}\'',
    ],
    undo: [gone],
    note: `Nothing answers at that address of EC2’s. ${notNamed}`,
  },
  'kubernetes/host-access-pod': {
    steps: [
      apply({
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'tripline-rehearsal', namespace: 'default' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { app: 'rehearsal' } },
          template: {
            metadata: { labels: { app: 'rehearsal' } },
            spec: {
              hostPID: true,
              containers: [{ name: 'a', image: 'example.com/none', securityContext: { privileged: true } }],
            },
          },
        },
      }),
    ],
    undo: ['kubectl -n default delete deployment tripline-rehearsal'],
    note: 'No replica is ever run.',
  },
  'kubernetes/namespace-guard-removed': {
    steps: ['kubectl label namespace kube-system pod-security.kubernetes.io/enforce=privileged --overwrite'],
    undo: ['kubectl label namespace kube-system pod-security.kubernetes.io/enforce-'],
    note: 'Note the former label first.',
  },
  'kubernetes/node-sought-from-pod': {
    steps: [
      'kubectl run tripline-rehearsal --image=public.ecr.aws/docker/library/busybox --restart=Never -- sleep 300',
      'kubectl wait --for=condition=Ready pod/tripline-rehearsal --timeout=120s',
      'kubectl exec tripline-rehearsal -- wget -T 2 -qO- http://169.254.169.254/latest/ || true',
    ],
    undo: ['kubectl delete pod tripline-rehearsal'],
    note: notNamed,
  },
  'kubernetes/secret-sweep': {
    steps: ['kubectl get secrets -A > /dev/null'],
    undo: nothing,
    note: notNamed,
  },
};
