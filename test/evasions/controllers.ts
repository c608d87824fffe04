import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import { type Family, type Form, unseen } from './form.ts';

const ref = { objectRef: { namespace: 'kube-system', name: 'karpenter' } };
const stopped: Form['seen'] = ['kubernetes/controller-stopped', 'high'];
const taken: Form['seen'] = ['kubernetes/foreign-address-taken', 'high'];
const takenOfVpc: Form['seen'] = ['kubernetes/foreign-address-taken', 'medium'];
const node = { objectRef: { name: 'ip-10-0-1-17.eu-west-1.compute.internal' } };
const team = { objectRef: { namespace: 'team-a', name: 'tool' } };
const service = (requestObject: JsonObject | readonly JsonObject[], verb = 'create') =>
  audit(verb, 'services', { ...team, requestObject });
const ingress = (ip: string, user: AuditUser = users.developer) =>
  audit('patch', 'services/status', {
    ...team,
    user,
    requestObject: { status: { loadBalancer: { ingress: [{ ip }] } } },
  });
const pod = (spec: JsonObject) =>
  audit('create', 'pods', { ...team, requestObject: { spec: { containers: [{ name: 'a' }], ...spec } } });

/** What keeps nodes from being made, mended and replaced. */
export const ofControllers: Family = {
  goal: 'Nodes no longer made or mended, or in another’s hands',
  forms: [
    {
      form: 'Karpenter scaled to none',
      event: audit('patch', 'deployments.apps/scale', { ...ref, requestObject: { spec: { replicas: 0 } } }),
      seen: stopped,
    },
    {
      form: 'the same by JSON Patch, by a path with something before its first slash',
      event: audit('patch', 'deployments.apps', {
        ...ref,
        requestObject: [{ op: 'add', path: 'x/spec/replicas', value: 0 }],
      }),
      seen: stopped,
    },
    {
      form: 'its scale sent whole, where 0 is left out',
      event: audit('update', 'deployments.apps/scale', {
        ...ref,
        requestObject: { kind: 'Scale', apiVersion: 'autoscaling/v1', metadata: { name: 'karpenter' }, spec: {} },
      }),
      seen: stopped,
    },
    {
      form: 'the number taken out of its scale',
      event: audit('patch', 'deployments.apps/scale', { ...ref, requestObject: { spec: { replicas: null } } }),
      seen: stopped,
    },
    {
      form: 'its deployment sent whole, with none',
      event: audit('update', 'deployments.apps', { ...ref, requestObject: { spec: { replicas: 0 } } }),
      seen: stopped,
    },
    { form: 'its deployment deleted', event: audit('delete', 'deployments.apps', ref), seen: stopped },
    {
      form: 'its deployment given an owner that is not there, for which the garbage collector deletes it',
      event: audit('delete', 'deployments.apps', { ...ref, user: users.garbage }),
      seen: stopped,
    },
    {
      form: 'its rights taken: its ClusterRoleBinding deleted',
      event: audit('delete', 'clusterrolebindings.rbac.authorization.k8s.io', { objectRef: { name: 'karpenter' } }),
      seen: unseen('what stands still then is seen by its effect alone: no nodes, and pods that stay pending'),
    },
    {
      form: 'a policy of one’s own that refuses what it makes',
      event: audit('create', 'validatingadmissionpolicies.admissionregistration.k8s.io', {
        objectRef: { name: 'x' },
        requestObject: {
          apiVersion: 'admissionregistration.k8s.io/v1',
          kind: 'ValidatingAdmissionPolicy',
          spec: {
            matchConstraints: {
              resourceRules: [
                { apiGroups: ['karpenter.sh'], apiVersions: ['*'], operations: ['CREATE'], resources: ['nodeclaims'] },
              ],
            },
            validations: [{ expression: 'false' }],
          },
        },
      }),
      seen: unseen('guards are made all day, and one more forbids more: what it forbids says nothing of whom it stops'),
    },
    {
      form: 'the deployments of Cluster API’s provider deleted at once',
      event: audit('deletecollection', 'deployments.apps', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'capa-system' },
      }),
      seen: stopped,
    },
    {
      form: 'the namespace of Cluster API’s provider deleted',
      event: audit('delete', 'namespaces', { cluster: 'fleet', user: users.admin, objectRef: { name: 'capa-system' } }),
      seen: stopped,
    },
    {
      form: 'Karpenter’s settings in a config map of its name',
      event: audit('patch', 'configmaps', {
        objectRef: { namespace: 'kube-system', name: 'karpenter-global-settings' },
      }),
      seen: ['kubernetes/controller-secret-touched', 'high'],
    },
    {
      form: 'a node kept from being replaced (do-not-disrupt)',
      event: audit('patch', 'nodes', {
        ...node,
        requestObject: { metadata: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } },
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'a node let go without its instance (its finalizers removed by JSON Patch)',
      event: audit('patch', 'nodes', { ...node, requestObject: [{ op: 'remove', path: 'x/metadata/finalizers' }] }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'a node given an owner that is not there, for which the garbage collector deletes it',
      event: audit('patch', 'nodes', {
        ...node,
        requestObject: [
          { op: 'add', path: '/metadata/ownerReferences', value: [{ kind: 'Node', name: 'x', uid: 'x' }] },
        ],
      }),
      seen: ['kubernetes/node-label-or-taint-tampered', 'medium'],
    },
    {
      form: 'every node kept from being replaced, by a budget of none',
      event: audit('patch', 'nodepools.karpenter.sh', {
        user: users.platform,
        objectRef: { name: 'default' },
        requestObject: { spec: { disruption: { budgets: [{ nodes: '0' }] } } },
      }),
      seen: ['kubernetes/nodepool-unrestricted', 'medium'],
    },
    {
      form: 'the address of instance metadata, taken by a Service',
      event: ingress('169.254.169.254'),
      seen: taken,
    },
    {
      form: 'that of EKS Pod Identity',
      event: ingress('169.254.170.23'),
      seen: taken,
    },
    {
      form: 'that of instance metadata by IPv6, by JSON Patch',
      event: service([{ op: 'add', path: 'x/spec/externalIPs', value: ['fd00:ec2::254'] }], 'patch'),
      seen: taken,
    },
    {
      form: 'that of instance metadata, with a zero before it',
      event: ingress('169.254.169.0254'),
      seen: taken,
    },
    {
      form: 'that of EKS Pod Identity by IPv6, in another spelling, by a workload',
      event: ingress('FD00:0EC2:0::23', users.workload),
      seen: taken,
    },
    {
      form: 'the API server’s address in the VPC',
      event: service({ spec: { externalIPs: ['10.0.44.7'], ports: [{ port: 443 }] } }),
      seen: takenOfVpc,
    },
    {
      form: 'the same, with zeros before its numbers',
      event: service({ spec: { externalIPs: ['010.000.044.007'], ports: [{ port: 443 }] } }),
      seen: takenOfVpc,
    },
    {
      form: 'a node’s address, as that of a load balancer',
      event: ingress('10.0.12.34'),
      seen: takenOfVpc,
    },
    ...[10250, 22, 10256].map(
      (hostPort): Form => ({
        form: `the node’s own port ${hostPort}, by a pod`,
        event: pod({ containers: [{ name: 'a', ports: [{ containerPort: 8443, hostPort }] }] }),
        seen: ['kubernetes/host-access-pod', 'high'],
      }),
    ),
    {
      form: 'another port of the node',
      event: pod({ containers: [{ name: 'a', ports: [{ containerPort: 80, hostPort: 80 }] }] }),
      seen: unseen('agents and ingresses have ports of the node: none that the node listens on itself'),
    },
    {
      form: 'an address of a Service that is nobody’s here',
      event: service({ spec: { externalIPs: ['198.51.100.7'] } }),
      seen: unseen('whose an address outside of the VPC is, nothing says'),
    },
    {
      form: 'Karpenter’s pod deleted',
      event: audit('delete', 'pods', { objectRef: { namespace: 'kube-system', name: 'karpenter-x' } }),
      seen: unseen('it comes back in seconds: that is what a restart is'),
    },
    {
      form: 'Karpenter’s pod evicted',
      event: audit('create', 'pods/eviction', { objectRef: { namespace: 'kube-system', name: 'karpenter-x' } }),
      seen: unseen('drains do so all day, and it comes back'),
    },
    {
      form: 'a pod evicted',
      event: audit('create', 'pods/eviction', team),
      seen: unseen('drains, deschedulers and people do so all day, and disruption budgets bound it'),
    },
    {
      form: 'a node cordoned',
      event: audit('patch', 'nodes', { ...node, requestObject: { spec: { unschedulable: true } } }),
      seen: unseen('it is how a node is preserved, and people do it all day'),
    },
    {
      form: 'a node deleted',
      event: audit('delete', 'nodes', node),
      seen: unseen(
        'people, and Cluster API as kubernetes-admin, do so: many that are replaced are seen (lineage/node-churn)',
      ),
    },
    {
      form: 'all nodes deleted by one call',
      event: audit('deletecollection', 'nodes'),
      seen: ['kubernetes/nodepool-deleted', 'high'],
    },
    {
      form: 'a node’s lease deleted',
      event: audit('delete', 'leases.coordination.k8s.io', {
        objectRef: { namespace: 'kube-node-lease', name: node.objectRef.name },
      }),
      seen: unseen('its kubelet makes it again within ten seconds'),
    },
    {
      form: 'a node said to be broken, in its status',
      event: audit('patch', 'nodes/status', {
        ...node,
        requestObject: { status: { conditions: [{ type: 'Ready', status: 'False' }] } },
      }),
      seen: unseen('its kubelet says otherwise within seconds'),
    },
    {
      form: 'a quota of a namespace deleted',
      event: audit('delete', 'resourcequotas', team),
      seen: unseen('what nodes may be made of it is bound by the NodePool’s limits, and launches are counted'),
    },
    {
      form: 'bounds of containers in a namespace changed',
      event: audit('patch', 'limitranges', team),
      seen: unseen('the NodePool’s limits bound what comes of it'),
    },
    {
      form: 'a priority above all others, by default',
      event: audit('create', 'priorityclasses.scheduling.k8s.io', {
        objectRef: { name: 'x' },
        requestObject: { value: 1_000_000_000, globalDefault: true },
      }),
      seen: unseen('charts bring classes of their own; controllers have the system’s, which is above any'),
    },
    {
      form: 'a disruption budget that lets no pod go',
      event: audit('create', 'poddisruptionbudgets.policy', {
        ...team,
        requestObject: { spec: { maxUnavailable: 0, selector: {} } },
      }),
      seen: unseen('teams write them all day: a grace period bounds how long they keep a node'),
    },
    {
      form: 'thousands of replicas',
      event: audit('patch', 'deployments.apps/scale', { ...team, requestObject: { spec: { replicas: 5000 } } }),
      seen: unseen('the NodePool’s limits bound what comes of it, and launches are counted (cloudtrail/launch-burst)'),
    },
    {
      form: 'a buffer of capacity',
      event: audit('create', 'capacitybuffers.autoscaling.x-k8s.io', team),
      seen: unseen('the NodePool’s limits bound what comes of it'),
    },
    {
      form: 'API priority taken from controllers',
      event: audit('patch', 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', {
        objectRef: { name: 'workload-high' },
      }),
      seen: unseen('EKS logs no body of it; slow controllers are the platform’s own alarm'),
    },
    {
      form: 'logs of a node asked for (NodeDiagnostic)',
      event: audit('create', 'nodediagnostics.eks.amazonaws.com', { objectRef: { name: 'i-0aaaabbbbccccdddd' } }),
      seen: unseen('it gets logs and no credentials, and support asks for it'),
    },
    {
      form: 'a node ended by EC2',
      event: ec2('TerminateInstances', { instancesSet: { items: [{ instanceId: 'i-0aaaabbbbccccdddd' }] } }),
      after: [fleetRun()],
      seen: unseen('people end nodes, and another comes: many at once are seen in the cluster (lineage/node-churn)'),
    },
    {
      form: 'a NodePool preferred to the others, by the platform’s weight',
      event: audit('patch', 'nodepools.karpenter.sh', {
        user: users.platform,
        objectRef: { name: 'default' },
        requestObject: { spec: { weight: 100 } },
      }),
      seen: unseen('it is the platform’s to say: what the pool makes is judged'),
    },
    {
      form: 'nodes that nobody asked for, by the platform’s static NodePool (replicas)',
      event: audit('patch', 'nodepools.karpenter.sh', {
        user: users.platform,
        objectRef: { name: 'default' },
        requestObject: { spec: { replicas: 500 } },
      }),
      seen: unseen('it is the platform’s to say: launches are counted (cloudtrail/launch-burst)'),
    },
    {
      form: 'prices of instances, by the platform’s NodeOverlay',
      event: audit('create', 'nodeoverlays.karpenter.sh', {
        user: users.platform,
        objectRef: { name: 'x' },
        requestObject: { spec: { weight: 100, priceAdjustment: '-99%' } },
      }),
      seen: unseen('it steers among what the pools permit: what is launched is judged'),
    },
  ],
};
