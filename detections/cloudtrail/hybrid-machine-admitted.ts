import { karpenter } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { type By, eks, other } from '../../core/cloudtrail/example-iam.ts';
import { said, texts } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
const nodeRole = 'KarpenterNodeRole-prod';

const activation = (iamRole: string, over: By = {}) =>
  other('ssm', 'CreateActivation', { defaultInstanceName: 'edge', iamRole, registrationLimit: 10 }, over);

/** Roles Anywhere answers with the whole profile, as recorded of CreateProfile. */
const profile = (api: string, request: object, roles: readonly string[], over: By = {}) =>
  other(
    'rolesanywhere',
    api,
    { ...request },
    {
      ...over,
      record: {
        responseElements: {
          profile: {
            name: 'edge',
            profileId: '0a1b2c3d-0000-4000-8000-0000000000a1',
            enabled: true,
            roleArns: [...roles],
          },
        },
        ...over.record,
      },
    },
  );
const profileId = '0a1b2c3d-0000-4000-8000-0000000000a1';

const anchor = (over: By = {}) =>
  other(
    'rolesanywhere',
    'CreateTrustAnchor',
    {
      name: 'edge-ca',
      enabled: true,
      source: { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: 'EXAMPLE' } },
    },
    {
      ...over,
      record: { responseElements: { trustAnchor: { name: 'edge-ca', enabled: true } }, ...over.record },
    },
  );

const network = (cidrs: readonly string[], over: By = {}) =>
  eks('UpdateClusterConfig', { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: [...cidrs] }] } }, over);

const refused = { errorCode: 'AccessDeniedException' };

/** What lets machines in for whom somebody else has to ask. */
const alone = ['trust-anchor', 'revocation', 'mapping', 'network', 'host-management'] as const;

const hostManagement = (settingValue: string, over: By = {}) =>
  other(
    'ssm',
    'UpdateServiceSetting',
    {
      settingId:
        'arn:aws:ssm:eu-west-1:111122223333:servicesetting/ssm/managed-instance/default-ec2-instance-management-role',
      settingValue,
    },
    over,
  );

export const detection = cloudtrail({
  id: 'cloudtrail/hybrid-machine-admitted',
  title: '{principal} opened a way in for machines outside of EC2, by {event}: {resource}',
  severity: [
    ['low', { fact: { 'principal.kind': 'likely-controller' } }],
    // Alone they give nobody a role: whoever is let in needs a profile, and an entry in the cluster.
    ['medium', { fact: { 'hybrid.act': [...alone], 'hybrid.role-kind': ['other', 'none'] } }],
    'high',
  ],
  when: {
    fact: {
      'call.outcome': 'succeeded',
      $or: [
        { 'hybrid.act': [...alone] },
        { 'hybrid.role-kind': ['controller', 'likely-controller', 'pipeline', 'node', 'hybrid'] },
      ],
    },
  },
  unless: [
    // Nobody's business is to give a controller's role, or that of those who watch, to machines.
    {
      fact: {
        'principal.kind': ['platform', 'gitops', 'service'],
        'hybrid.role-kind': ['node', 'hybrid', 'other', 'none'],
      },
    },
    { fact: { 'principal.controller': ['cluster-api', 'eks'], 'hybrid.act': 'network' } },
  ],
  by: view => texts(view, 'hybrid.subjects').map(resource => ({ principal: said(view, 'principal.id'), resource })),
  resources: view => [text(view.event.record, 'requestParameters', 'instanceId') ?? ''].filter(Boolean),
  attack: ['T1098.003', 'T1078.004', 'T1556.007'],
  why: 'EKS Hybrid Nodes are machines anywhere that get the credentials of a role by an activation code or a certificate. Whoever makes the code, or says whose certificates count, has a node that no launch, image or address of the account shows.',
  references: [
    'EKS User Guide, "Prepare credentials for hybrid nodes"',
    'Systems Manager API Reference, CreateActivation and UpdateManagedInstanceRole',
    'Systems Manager User Guide, "Default Host Management Configuration" (UpdateServiceSetting); AWS CLI reference, ssm register-default-host-management-configuration',
    'IAM Roles Anywhere API Reference, CreateProfile, CreateTrustAnchor and PutAttributeMapping',
    'EKS API Reference, RemoteNetworkConfigRequest',
  ],
  runbook: [
    confirmCall,
    'See what it let in: aws ssm describe-instance-information --region REGION --filters Key=ResourceType,Values=ManagedInstance; aws rolesanywhere list-subjects --region REGION; kubectl get nodes -l eks.amazonaws.com/compute-type=hybrid -o wide.',
    'Close it: aws ssm delete-activation --region REGION --activation-id ACTIVATION and aws ssm deregister-managed-instance --region REGION --instance-id MACHINE; aws rolesanywhere disable-profile --region REGION --profile-id PROFILE; aws rolesanywhere disable-trust-anchor --region REGION --trust-anchor-id ANCHOR.',
    'See what was done with the role: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,AttributeValue=ROLE --region REGION; and remove whoever must not be in the cluster: kubectl delete node NODE.',
    `${revokeCaller}. ${lookAround}`,
  ],
  blind: [
    'An activation, or a profile, for a role that is neither a node’s nor a controller’s is not judged: Systems Manager manages machines that are no nodes. Name the role of hybrid nodes among `nodeRoles` where it has a name of its own.',
    'Nothing says which cluster a role may join: that is its access entry, and `cloudtrail/eks-access-granted` is about that.',
    'Quick Setup of Systems Manager, and stacks, give every instance a role in each region: name whose roles do it in `platform`.',
    'A list of revoked certificates that is replaced by a shorter one (UpdateCrl) looks as every update of it.',
    'What Systems Manager records of an activation, and EKS of remote networks, is taken from their API models: no such record was seen. CreateProfile and CreateTrustAnchor were.',
  ],
  examples: {
    matches: [
      { name: 'a person makes an activation with the role of nodes', event: activation(nodeRole), severity: 'high' },
      {
        name: 'a person makes one with the role of hybrid nodes, by its usual name',
        event: activation('AmazonEKSHybridNodesRole'),
        severity: 'high',
      },
      {
        name: 'a role with its path',
        event: activation(`nodes/${nodeRole}`),
        severity: 'high',
      },
      {
        name: 'a person lets Systems Manager onto every instance',
        event: hostManagement('AWSSystemsManagerDefaultEC2InstanceManagementRole'),
        severity: 'medium',
      },
      {
        name: 'a person does, by the call of its own',
        event: other('ssm', 'RegisterDefaultHostManagementConfiguration', { permissionModel: 'SERVICE_MANAGED' }),
        severity: 'medium',
      },
      {
        name: 'a person gives every instance the role of nodes by Systems Manager',
        event: hostManagement(nodeRole),
        severity: 'high',
      },
      {
        name: 'a person has certificates taken as somebody else’s',
        event: other('rolesanywhere', 'PutAttributeMapping', { profileId, certificateField: 'x509SAN' }),
        severity: 'medium',
      },
      {
        name: 'a person gives a managed machine the role of nodes',
        event: other('ssm', 'UpdateManagedInstanceRole', { instanceId: 'mi-0123456789abcdef0', iamRole: nodeRole }),
        severity: 'high',
      },
      {
        name: 'a person makes a profile with the role of nodes among others',
        event: profile('CreateProfile', { name: 'edge', roleArns: [role('reporting'), role(nodeRole)] }, [
          role('reporting'),
          role(nodeRole),
        ]),
        severity: 'high',
      },
      {
        name: 'an update whose response alone tells the roles',
        event: profile('UpdateProfile', { profileId, durationSeconds: 43_200 }, [role(nodeRole)]),
        severity: 'high',
      },
      {
        name: 'a profile that was off is on again',
        event: profile('EnableProfile', { profileId }, [role(nodeRole)]),
        severity: 'high',
      },
      {
        name: "the platform gives Karpenter's role to whoever has a certificate",
        event: profile(
          'CreateProfile',
          { name: 'edge', roleArns: [role('prod-karpenter')] },
          [role('prod-karpenter')],
          {
            by: platform,
          },
        ),
        severity: 'high',
      },
      { name: 'a person says whose certificates count', event: anchor(), severity: 'medium' },
      {
        name: 'a person has revoked certificates count again',
        event: other('rolesanywhere', 'DeleteCrl', { crlId: '0a1b2c3d-0000-4000-8000-0000000000c1' }),
        severity: 'medium',
      },
      { name: 'a person lets nodes of another network in', event: network(['198.51.100.0/24']), severity: 'medium' },
      {
        name: "Karpenter's role does, which Karpenter never does",
        event: network(['198.51.100.0/24'], { by: karpenter }),
        severity: 'medium',
      },
      {
        name: "the Cluster API provider's role makes an activation, which it never does",
        event: activation(nodeRole, { by: clusterApi }),
        severity: 'high',
      },
      {
        name: 'Karpenter by its usual name only',
        event: anchor({ by: karpenter }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'another service has such a call',
        event: other('example', 'RegisterDefaultHostManagementConfiguration', { permissionModel: 'SERVICE_MANAGED' }),
      },
      {
        name: 'the platform lets Systems Manager onto every instance',
        event: hostManagement('AWSSystemsManagerDefaultEC2InstanceManagementRole', { by: platform }),
      },
      {
        name: 'another setting of Systems Manager',
        event: other('ssm', 'UpdateServiceSetting', {
          settingId: '/ssm/parameter-store/high-throughput-enabled',
          settingValue: 'true',
        }),
      },
      { name: 'the platform makes an activation', event: activation(nodeRole, { by: platform }) },
      { name: 'a person makes an activation for other machines', event: activation('SSMServiceRole') },
      { name: 'a refused attempt', event: activation(nodeRole, { record: refused }) },
      {
        name: 'a person makes a profile with another role',
        event: profile('CreateProfile', { name: 'ci', roleArns: [role('reporting')] }, [role('reporting')]),
      },
      {
        name: 'a profile is switched off',
        event: profile('DisableProfile', { profileId }, [role(nodeRole)]),
      },
      { name: 'the platform says whose certificates count', event: anchor({ by: platform }) },
      { name: 'a refused trust anchor', event: anchor({ record: refused }) },
      { name: 'a person takes the remote networks away', event: network([]) },
      { name: 'the Cluster API provider sets them', event: network(['198.51.100.0/24'], { by: clusterApi }) },
      { name: 'a cluster is changed otherwise', event: eks('UpdateClusterConfig', { deletionProtection: true }) },
      {
        name: "another service's call of the name",
        event: other('example', 'CreateActivation', { iamRole: nodeRole }),
      },
    ],
  },
});
