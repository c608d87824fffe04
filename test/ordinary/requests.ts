import type { JsonObject } from '../../core/json.ts';
import { audit, component, iamSession, joiner, serviceAccount, users } from '../../core/kubernetes/example.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import type { Settings } from '../../core/settings.ts';
import type { Operation } from './operation.ts';

const inside = { cluster: 'fleet', sourceIPs: ['10.1.0.5'] };
const ci = iamSession('terraform', 'ci');
const at = (namespace: string, name: string) => ({ objectRef: { namespace, name } });
const karpenter = at('kube-system', 'karpenter');
const capa = { ...inside, ...at('capa-system', 'capa-controller-manager') };
const scaled = (replicas: number) => ({ requestObject: { spec: { replicas } } });
const given = (address: JsonObject, user: AuditUser) =>
  audit('update', 'services/status', {
    ...inside,
    ...at('team-a', 'web'),
    user,
    requestObject: { status: { loadBalancer: { ingress: [address] } } },
  });
const joins = (address: string) =>
  audit('create', 'certificatesigningrequests.certificates.k8s.io', {
    ...inside,
    sourceIPs: [address],
    user: joiner('abc123'),
    objectRef: { name: 'csr-x7k2p' },
  });
const networks = { egress: [], ranges: [], onPrem: [], endpoints: {} } as const;
const administrators: Partial<Settings> = { platform: { users: ['kubernetes-admin'] } };

/** Requests to clusters. */
export const requests: readonly Operation[] = [
  {
    what: 'clusterctl upgrade deletes a provider, to make it again',
    event: audit('delete', 'deployments.apps', { ...capa, user: users.admin }),
    bare: ['kubernetes/controller-stopped (high)'],
    hushed: administrators,
  },
  {
    what: 'Cluster API’s operator does',
    event: audit('delete', 'deployments.apps', {
      ...capa,
      user: serviceAccount('capi-operator-system', 'capi-operator-manager'),
    }),
    bare: ['kubernetes/controller-stopped (low)'],
    unnamed: ['kubernetes/controller-stopped (high)'],
    hushed: {
      controllers: [
        {
          kind: 'cluster-api',
          cluster: 'fleet',
          serviceAccounts: [
            'system:serviceaccount:capa-system:*',
            'system:serviceaccount:capi-operator-system:capi-operator-manager',
          ],
        },
      ],
    },
  },
  {
    what: 'Helm gives Karpenter another version, by CI',
    event: audit('patch', 'deployments.apps', { ...karpenter, user: ci, ...scaled(2) }),
  },
  {
    what: 'a person restarts Karpenter',
    event: audit('patch', 'deployments.apps', {
      ...karpenter,
      requestObject: {
        spec: { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'x' } } } },
      },
    }),
  },
  {
    what: 'a drain evicts Karpenter',
    event: audit('create', 'pods/eviction', at('kube-system', 'karpenter-5d4f8c7b9d-x2x7z')),
  },
  {
    what: 'KEDA scales a team’s deployment to none',
    event: audit('update', 'deployments.apps/scale', {
      ...at('team-a', 'worker'),
      user: serviceAccount('keda', 'keda-operator'),
      ...scaled(0),
    }),
  },
  {
    what: 'Argo CD prunes Karpenter, where the settings name Flux alone',
    event: audit('delete', 'deployments.apps', {
      ...karpenter,
      user: serviceAccount('argocd', 'argocd-application-controller'),
    }),
    bare: ['kubernetes/controller-stopped (low)'],
    unnamed: ['kubernetes/controller-stopped (high)'],
    hushed: { gitops: { users: ['system:serviceaccount:argocd:argocd-application-controller'] } },
  },
  {
    what: 'AWS’s load balancer controller says which load balancer it made',
    event: given(
      { hostname: 'k8s-web.elb.eu-west-1.amazonaws.com' },
      serviceAccount('kube-system', 'aws-load-balancer-controller'),
    ),
  },
  {
    what: 'MetalLB gives an address of the VPC',
    event: given({ ip: '10.1.200.5' }, serviceAccount('metallb-system', 'controller')),
  },
  {
    what: 'Cilium does',
    event: given({ ip: '10.1.200.5' }, serviceAccount('kube-system', 'cilium-operator')),
  },
  {
    what: 'kube-vip does, as kubeadm’s administrator',
    event: given({ ip: '10.1.200.5' }, users.admin),
    unnamed: ['kubernetes/foreign-address-taken (medium)'],
    hushed: administrators,
  },
  {
    what: 'CI installs an ingress on the nodes’ own addresses',
    event: audit('create', 'services', {
      ...at('ingress-nginx', 'controller'),
      user: ci,
      requestObject: { spec: { externalIPs: ['10.0.1.2'] } },
    }),
    unnamed: ['kubernetes/foreign-address-taken (medium)'],
    hushed: { platform: { arns: ['arn:aws:iam::111122223333:role/terraform'] } },
  },
  {
    what: 'CI installs an ingress on ports of the nodes',
    event: audit('create', 'daemonsets.apps', {
      ...at('ingress-nginx', 'controller'),
      user: ci,
      requestObject: {
        spec: { template: { spec: { containers: [{ name: 'a', ports: [{ containerPort: 443, hostPort: 443 }] }] } } },
      },
    }),
  },
  { what: 'a machine joins from the VPC', event: joins('10.1.3.4') },
  {
    what: 'a machine joins through a NAT gateway',
    event: joins('198.51.100.77'),
    unnamed: ['kubernetes/bootstrap-token-off-cluster (critical)'],
    hushed: { network: { ...networks, egress: ['198.51.100.77'] } },
  },
  {
    what: 'a machine joins by IPv6',
    event: joins('2001:db8:1::17'),
    unnamed: ['kubernetes/bootstrap-token-off-cluster (critical)'],
    hushed: { network: { ...networks, ranges: ['2001:db8:1::/56'] } },
  },
  {
    what: 'a machine reads how its kubelet is configured',
    event: audit('get', 'configmaps', { ...inside, user: joiner('abc123'), ...at('kube-system', 'kubelet-config') }),
  },
  {
    what: 'the controller manager reads a secret',
    event: audit('get', 'secrets', { ...inside, user: component('kube-controller-manager'), ...at('team-a', 'db') }),
  },
  {
    what: 'a controller within it approves a kubelet’s certificate',
    event: audit('update', 'certificatesigningrequests.certificates.k8s.io/approval', {
      ...inside,
      user: serviceAccount('kube-system', 'certificate-controller'),
      objectRef: { name: 'csr-x7k2p' },
    }),
  },
  {
    what: 'the scheduler of EKS binds a pod, from AWS’s address',
    event: audit('create', 'pods/binding', {
      user: component('kube-scheduler'),
      sourceIPs: ['192.0.2.9'],
      ...at('team-a', 'web'),
    }),
  },
  {
    what: 'the scheduler allocates a device',
    event: audit('patch', 'resourceclaims.resource.k8s.io/status', {
      ...inside,
      user: component('kube-scheduler'),
      ...at('team-a', 'gpu'),
    }),
  },
  {
    what: 'the scheduler is refused as the cluster starts',
    event: audit('list', 'csinodes.storage.k8s.io', {
      ...inside,
      user: component('kube-scheduler'),
      responseStatus: { code: 403 },
    }),
  },
  {
    what: 'every namespace of a fleet gets the authority’s certificate',
    event: audit('create', 'configmaps', {
      ...inside,
      user: serviceAccount('kube-system', 'root-ca-cert-publisher'),
      ...at('fleet-eu', 'kube-root-ca.crt'),
    }),
  },
  {
    what: 'Cluster API keeps the status of a cluster',
    event: audit('patch', 'clusters.cluster.x-k8s.io/status', {
      ...inside,
      user: users.capi,
      ...at('fleet-eu', 'prod'),
    }),
  },
  {
    what: 'its provider of add-ons, which nobody named, keeps one of its own',
    event: audit('patch', 'helmreleaseproxies.addons.cluster.x-k8s.io/status', {
      ...inside,
      user: serviceAccount('caaph-system', 'caaph-controller-manager'),
      ...at('fleet-eu', 'cni'),
    }),
  },
  {
    what: 'an administrator writes a config map beside clusters',
    event: audit('patch', 'configmaps', { ...inside, user: users.admin, ...at('fleet-eu', 'cni') }),
    unnamed: ['kubernetes/capi-object-changed-by-unexpected (medium)'],
    hushed: administrators,
  },
  {
    what: 'Cluster Autoscaler marks a node that it will end',
    event: audit('update', 'nodes', {
      user: serviceAccount('kube-system', 'cluster-autoscaler'),
      objectRef: { name: 'ip-10-0-1-17.eu-west-1.compute.internal' },
      requestObject: { spec: { taints: [{ key: 'ToBeDeletedByClusterAutoscaler' }] } },
    }),
  },
  {
    what: 'Karpenter lets a node go',
    event: audit('patch', 'nodes', {
      user: users.karpenter,
      objectRef: { name: 'ip-10-0-1-17.eu-west-1.compute.internal' },
      requestObject: { metadata: { finalizers: null } },
    }),
  },
];
