import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { byObject, texts } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround } from '../../core/kubernetes/steps.ts';

const target = 'awsmachinetemplates.infrastructure.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.platform, objectRef: { namespace: 'fleet-eu', name: 'workers-v2' } };
const template = (spec: JsonObject) => ({
  requestObject: {
    apiVersion: 'infrastructure.cluster.x-k8s.io/v1beta2',
    kind: 'AWSMachineTemplate',
    metadata: { name: 'workers-v2', namespace: 'fleet-eu' },
    spec: {
      template: {
        spec: {
          instanceType: 'm7g.large',
          iamInstanceProfile: 'nodes.cluster-api-provider-aws.sigs.k8s.io',
          ami: { id: 'ami-0123456789abcdef0' },
          instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 },
          sshKeyName: '',
          rootVolume: { size: 40, encrypted: true },
          ...spec,
        },
      },
    },
  },
});
const capa = serviceAccount('capa-system', 'capa-controller-manager');

export const detection = kubernetes({
  id: 'kubernetes/machine-template-unhardened',
  title:
    '{principal} wrote a machine template that weakens its machines: {posture.problems} (judged by the {body.form})',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['medium', { fact: { 'posture.severity': 'medium' } }],
    'high',
  ],
  when: {
    objectRef: {
      resource: ['awsmachinetemplates', 'awsmachines', 'awsmachinepools', 'awsmanagedmachinepools'],
    },
    fact: { 'posture.severity': ['high', 'medium', 'low'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'controller' } }],
  by: byObject,
  resources: view => texts(view, 'posture.problems'),
  attack: ['T1552.005', 'T1578.005'],
  why: 'Cluster API’s provider leaves instance metadata open to unauthenticated requests and looks its image up by name unless a template says otherwise; every machine of the deployment inherits it.',
  references: [
    'Cluster API Provider AWS 2.11, API reference (AWSMachineSpec, defaults of InstanceMetadataOptions)',
    'EC2 User Guide, Configure the instance metadata options',
  ],
  runbook: [
    confirm("objectRef.resource like 'awsmachine' and objectRef.name = 'NAME'"),
    'Make a template that says it (templates are immutable): instanceMetadataOptions.httpTokens required, httpPutResponseHopLimit 1, ami.id, sshKeyName "", rootVolume.encrypted true; and refer the MachineDeployment to it',
    compare('-n NAMESPACE awsmachinetemplate'),
    'See which machines came from it: kubectl -n NAMESPACE get awsmachines -o json | jq -r \'.items[] | select(.metadata.annotations["cluster.x-k8s.io/cloned-from-name"]=="NAME") | .spec.instanceID\'',
    lookAround,
  ],
  blind: [
    'A management cluster on EKS logs no bodies of these objects: with `reader: true` the posture reader reads the object some seconds later and this rule judges that. Without it cloudtrail/imdsv1-instance-launched and cloudtrail/unapproved-image-launched judge what was launched.',
    'A patch is judged by what it sets where the response is not logged.',
  ],
  examples: {
    matches: [
      {
        name: 'no metadata options: the provider’s default is optional tokens',
        event: audit('create', target, { ...ref, ...template({ instanceMetadataOptions: {} }) }),
      },
      {
        name: 'two hops',
        event: audit('create', target, {
          ...ref,
          ...template({ instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 2 } }),
        }),
      },
      { name: 'no image id', event: audit('create', target, { ...ref, ...template({ ami: {} }) }) },
      { name: 'an SSH key', event: audit('create', target, { ...ref, ...template({ sshKeyName: 'ops' }) }) },
      {
        name: 'a disk that is not encrypted',
        event: audit('create', target, { ...ref, ...template({ rootVolume: { size: 40, encrypted: false } }) }),
      },
      {
        name: 'encryption left to the account',
        event: audit('create', target, { ...ref, ...template({ rootVolume: { size: 40 } }) }),
      },
      {
        name: 'a pool’s launch template',
        event: audit('patch', 'awsmachinepools.infrastructure.cluster.x-k8s.io', {
          ...ref,
          requestObject: { spec: { awsLaunchTemplate: { sshKeyName: 'ops' } } },
        }),
      },
      {
        name: 'CAPA by its usual name, while the settings name no controller',
        event: audit('create', target, { ...ref, user: capa, ...template({ sshKeyName: 'ops' }) }),
        settings: { controllers: [] },
      },
      {
        name: 'as EKS logs it, without a body, and then read from the cluster',
        event: audit('create', target, {
          ...ref,
          reading: { at: '2026-09-01T10:00:04.000Z', object: template({ sshKeyName: 'ops' }).requestObject },
        }),
      },
    ],
    misses: [
      { name: 'a hardened one', event: audit('create', target, { ...ref, ...template({}) }) },
      { name: 'as EKS logs it, without a body', event: audit('create', target, ref) },
      {
        name: 'a machine that Cluster API clones from it',
        event: audit('create', 'awsmachines.infrastructure.cluster.x-k8s.io', {
          ...ref,
          user: capa,
          requestObject: { spec: { sshKeyName: 'ops' } },
        }),
      },
      {
        name: 'it is refused',
        event: audit('create', target, { ...ref, ...template({ sshKeyName: 'ops' }), responseStatus: { code: 422 } }),
      },
      {
        name: 'a NodePool with a problem (nodepool-unrestricted)',
        event: audit('patch', 'nodepools.karpenter.sh', { ...ref, requestObject: { spec: { limits: null } } }),
      },
    ],
  },
});
