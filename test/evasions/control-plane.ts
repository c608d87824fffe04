import { roleSession } from '../../core/cloudtrail/example.ts';
import { wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, other } from '../../core/cloudtrail/example-iam.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const changed: Form['seen'] = ['cloudtrail/control-plane-changed-by-unexpected', 'medium'];
const changedHigh: Form['seen'] = ['cloudtrail/control-plane-changed-by-unexpected', 'high'];
const config = (form: string, request: JsonObject, seen: Form['seen'] = changed): Form => ({
  form,
  event: eks('UpdateClusterConfig', request),
  seen,
});

/** What EKS changes of a cluster for whoever may call it. */
export const byEks: Family = {
  goal: 'The control plane, and what runs in the cluster, by EKS',
  forms: [
    ...['CreateCertificateAuthority', 'ActivateCertificateAuthority', 'DeleteCertificateAuthority'].map(
      (api): Form => ({
        form: `another authority for its certificates (${api})`,
        event: eks(api, { certificateAuthorityId: 'ca-1' }),
        seen: changedHigh,
      }),
    ),
    config('deletion protection taken away', { deletionProtection: false }, changedHigh),
    config(
      'the ports of nodes for services (22, 10250)',
      { kubeApiServerConfig: { serviceNodePortRange: { minPort: 22, maxPort: 32767 } } },
      changedHigh,
    ),
    config('events forgotten', { kubeApiServerConfig: { eventTtl: '1m' } }),
    config('zonal shift switched off', { zonalShiftConfig: { enabled: false } }),
    config('the scheduler’s choice', {
      kubeSchedulerConfig: { nodeResourcesFit: { scoringStrategy: { type: 'MostAllocated' } } },
    }),
    config('its way out, through the VPC', { resourcesVpcConfig: { controlPlaneEgressMode: 'CUSTOMER_ROUTED' } }),
    config('its security group', { resourcesVpcConfig: { securityGroupIds: ['sg-0eee'] } }),
    config('its subnets', { resourcesVpcConfig: { subnetIds: ['subnet-0eee'] } }),
    {
      form: 'another version, by force',
      event: eks('UpdateClusterVersion', { version: '1.33', force: true }),
      seen: changed,
    },
    {
      form: 'the cluster’s DNS, by an add-on’s configuration',
      event: eks('UpdateAddon', { addonName: 'coredns', configurationValues: '{"corefile":""}' }),
      seen: changed,
    },
    {
      form: 'software of a vendor’s, as an add-on',
      event: eks('CreateAddon', { addonName: 'x_agent' }),
      seen: changed,
    },
    {
      form: 'the agent of Pod Identity, or of a guard, taken away',
      event: eks('DeleteAddon', { addonName: 'aws-guardduty-agent' }),
      seen: changed,
    },
    {
      form: 'a capability taken away',
      event: eks('DeleteCapability', { capabilityName: 'argo' }),
      seen: changed,
    },
    {
      form: 'an administrator of the managed Argo CD',
      event: eks('UpdateCapability', { capabilityName: 'argo', configuration: { argoCd: { rbacRoleMappings: {} } } }),
      seen: ['cloudtrail/pod-identity-association-changed', 'high'],
    },
    {
      form: 'the cluster moved out of a zone',
      event: other('arc-zonal-shift', 'StartZonalShift', {
        resourceIdentifier: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod',
        awayFrom: 'euw1-az1',
        expiresIn: '3d',
      }),
      seen: changed,
    },
    {
      form: 'the repair of a node group’s nodes switched off',
      event: eks('UpdateNodegroupConfig', { nodegroupName: 'x', nodeRepairConfig: { enabled: false } }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'medium'],
    },
    {
      form: 'the cluster deleted',
      event: eks('DeleteCluster', {}),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'an access entry by a controller that makes AWS’s resources from objects (ACK, Crossplane)',
      event: eks(
        'AssociateAccessPolicy',
        {
          principalArn: 'arn:aws:iam::111122223333:role/developer',
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        },
        { by: roleSession('ack-eks-controller', '1768825272022703283') },
      ),
      seen: ['cloudtrail/eks-access-granted', 'critical'],
    },
    {
      form: 'the object from which such a controller makes it',
      event: audit('create', 'accessentries.eks.services.k8s.aws', { objectRef: { namespace: 'team-a', name: 'x' } }),
      seen: unseen(
        'EKS logs no body of it: what the controller makes is judged by its role, unless settings exempt that',
      ),
    },
    config(
      'how long its version is supported',
      { upgradePolicy: { supportType: 'STANDARD' } },
      unseen('it costs, or has EKS upgrade it at the end of a version’s support'),
    ),
    {
      form: 'a cluster of one’s own',
      event: eks('CreateCluster', { accessConfig: { bootstrapClusterCreatorAdminPermissions: true } }),
      seen: unseen('it is nobody’s yet on this plane: what is launched for it is judged, by family, region and role'),
    },
    {
      form: 'another version of an add-on',
      event: eks('UpdateAddon', { addonName: 'coredns', addonVersion: 'v1.12.4-eksbuild.1' }),
      seen: unseen('versions are EKS’s own, and every upgrade brings one'),
    },
    {
      form: 'an object that EKS writes into the cluster for another service',
      event: eks('createKubernetesObject', {}),
      seen: unseen('which object it is, nobody documents; the cluster’s own log has the write, and there it is judged'),
    },
    {
      form: 'a policy of an endpoint that lets everything through',
      event: wrappedEc2('ModifyVpcEndpoint', { VpcEndpointId: 'vpce-0123456789abcdef0', ResetPolicy: true }),
      seen: unseen('it gives nobody rights: what a role may do, and from where it does it, is judged'),
    },
    {
      form: 'a zone of one’s own for the API server’s name',
      event: other('route53', 'AssociateVPCWithHostedZone', { hostedZoneId: 'Z0AAA', vPC: { vPCId: 'vpc-0aaa' } }),
      seen: unseen(
        'kubelets and clients go by the cluster’s authority, AWS’s SDKs by public ones: they stop, and tell nothing',
      ),
    },
    {
      form: 'a rule that has others answer for AWS’s names',
      event: other('route53resolver', 'CreateResolverRule', { domainName: 'amazonaws.com', ruleType: 'FORWARD' }),
      seen: unseen('a certificate for those names is nobody’s but AWS’s: calls fail'),
    },
    {
      form: 'public addresses for what is launched in a subnet',
      event: wrappedEc2('ModifySubnetAttribute', { SubnetId: 'subnet-0aaa', MapPublicIpOnLaunch: { Value: true } }),
      seen: unseen(
        'nothing says whose nodes a subnet holds; what lets somebody in is a group that is open, and that is seen',
      ),
    },
  ],
};
