import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { createFleet, createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { AnyEvent } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const ref = { objectRef: { namespace: 'team-a', name: 'tool' } };
const reached: Form['seen'] = ['kubernetes/host-access-pod', 'high'];
const pod = (spec: JsonObject) =>
  audit('create', 'pods', { ...ref, requestObject: { spec: { containers: [{ name: 'a' }], ...spec } } });
const contained = (securityContext: JsonObject) => pod({ containers: [{ name: 'a', securityContext }] });
const volume = (path: string, mount: JsonObject = {}) =>
  pod({
    volumes: [{ name: 'v', hostPath: { path } }],
    containers: [{ name: 'a', volumeMounts: [{ name: 'v', mountPath: '/h', ...mount }] }],
  });
const patched = (requestObject: JsonObject | readonly JsonObject[], over: object = {}) =>
  audit('patch', 'deployments.apps', { ...ref, requestObject, ...over });
const template = (spec: JsonObject) => ({ spec: { template: { spec } } });

/** Out of a pod, onto its node. */
export const byPod: Family = {
  goal: 'A node, from a pod',
  forms: [
    { form: 'a privileged container', event: contained({ privileged: true }), seen: reached },
    {
      form: 'a privileged init container',
      event: pod({ initContainers: [{ name: 'a', securityContext: { privileged: true } }] }),
      seen: reached,
    },
    {
      form: 'a privileged ephemeral container',
      event: audit('patch', 'pods/ephemeralcontainers', {
        ...ref,
        requestObject: { spec: { ephemeralContainers: [{ name: 'a', securityContext: { privileged: true } }] } },
      }),
      seen: reached,
    },
    ...['hostNetwork', 'hostPID', 'hostIPC'].map(
      (name): Form => ({ form: name, event: pod({ [name]: true }), seen: reached }),
    ),
    {
      form: 'kubectl debug node',
      event: pod({
        hostPID: true,
        hostNetwork: true,
        hostIPC: true,
        nodeName: 'ip-10-0-1-17',
        volumes: [{ name: 'host-root', hostPath: { path: '/' } }],
      }),
      seen: reached,
    },
    { form: 'a process of a Windows node', event: contained({ windowsOptions: { hostProcess: true } }), seen: reached },
    ...['ALL', 'cap_sys_admin', 'SYS_MODULE', 'SYS_PTRACE', 'DAC_READ_SEARCH'].map(
      (name): Form => ({
        form: `the capability ${name}`,
        event: contained({ capabilities: { add: [name] } }),
        seen: reached,
      }),
    ),
    ...[
      '/',
      '/var/lib/kubelet/../kubelet',
      '/tmp/../etc',
      '//run/./containerd/containerd.sock',
      '/var/lib/etcd',
      '/home/ec2-user/.ssh',
      '/var/lib/cloud/scripts',
      '/usr/local/bin',
      '/run/api.sock',
    ].map((path): Form => ({ form: `the host path ${path}`, event: volume(path), seen: reached })),
    { form: '/proc of the host, to be written', event: volume('/proc'), seen: reached },
    {
      form: 'a persistent volume on the host',
      event: audit('create', 'persistentvolumes', {
        objectRef: { name: 'x' },
        requestObject: { spec: { local: { path: '/etc' } } },
      }),
      seen: reached,
    },
    {
      form: 'a cron job',
      event: audit('create', 'cronjobs.batch', {
        ...ref,
        requestObject: { spec: { jobTemplate: template({ hostPID: true }) } },
      }),
      seen: reached,
    },
    {
      form: 'a merge patch with a member that deployments do not have before it',
      event: patched({ spec: { jobTemplate: template({}), ...template({ hostPID: true }).spec } }),
      seen: reached,
    },
    {
      form: 'a JSON Patch',
      event: patched([
        { op: 'add', path: '/spec/template/spec/containers/0/securityContext', value: { privileged: true } },
      ]),
      seen: reached,
    },
    {
      form: 'a JSON Patch by a path with something before its first slash',
      event: patched([{ op: 'add', path: 'x/spec/template/spec/hostPID', value: true }]),
      seen: reached,
    },
    {
      form: 'a JSON Patch of no path',
      event: patched([{ op: 'replace', path: '', value: template({ hostPID: true }) }]),
      seen: reached,
    },
    {
      form: 'a JSON Patch with an index in another spelling',
      event: patched([
        { op: 'add', path: '/spec/template/spec/containers/+0/securityContext/privileged', value: true },
      ]),
      seen: reached,
    },
    {
      form: 'a JSON Patch that copies what is true elsewhere',
      event: patched(
        [{ op: 'copy', from: '/spec/template/spec/enableServiceLinks', path: '/spec/template/spec/hostPID' }],
        { responseObject: { metadata: {}, ...template({ hostPID: true }) } },
      ),
      seen: reached,
    },
    {
      form: 'an object of a custom kind, whose controller makes the pod',
      event: audit('create', 'pods', { ...ref, requestObject: { spec: { hostPID: true } }, user: users.workload }),
      seen: reached,
    },
    {
      form: '/proc of the host, to be read',
      event: volume('/proc', { readOnly: true }),
      seen: unseen('agents read it in every cluster; to get out one must write'),
    },
    {
      form: 'the host path /var/log',
      event: volume('/var/log'),
      seen: unseen(
        'every collector of logs mounts it; the kubelet’s own log folder leads out by a link only to who may ask the kubelet',
      ),
    },
    {
      form: 'the capability NET_ADMIN',
      event: contained({ capabilities: { add: ['NET_ADMIN'] } }),
      seen: unseen('it is the network’s, not the node’s'),
    },
    {
      form: 'a device that others use, by DRA (a ResourceClaim with `adminAccess`)',
      event: audit('create', 'resourceclaims.resource.k8s.io', { objectRef: { namespace: 'team-a', name: 'tool' } }),
      seen: unseen(
        'EKS logs no bodies of claims, which controllers write all day; Kubernetes takes it in labelled namespaces alone',
      ),
    },
    {
      form: 'a device that a plugin gives',
      event: pod({ containers: [{ name: 'a', resources: { limits: { 'example.com/fuse': 1 } } }] }),
      seen: unseen('which device a plugin gives is in no record'),
    },
    {
      form: 'another image in an agent that is privileged already',
      event: patched(template({ containers: [{ name: 'a', image: 'example.com/tool' }] }), {
        responseObject: {
          metadata: {},
          ...template({ containers: [{ name: 'a', securityContext: { privileged: true } }] }),
        },
      }),
      seen: unseen('every upgrade of an agent is that: it is judged when it gets its access'),
    },
    {
      form: 'a pod in a namespace that the settings exempt',
      event: contained({ privileged: true }),
      settings: { exemptNamespaces: ['team-a'] },
      seen: unseen('that is what the setting is for'),
    },
    {
      form: 'what a replica set makes of a deployment that was never seen',
      event: audit('create', 'pods', { ...ref, requestObject: { spec: { hostPID: true } }, user: users.replicasets }),
      seen: unseen('the deployment is what is judged: a replica set makes the same of every one that is exempt'),
    },
  ],
};

const node = 'i-0aaaabbbbccccdddd';
const entered: Form['seen'] = ['cloudtrail/instance-entered', 'high'];
const mirrored: Form['seen'] = ['cloudtrail/traffic-mirrored', 'medium'];
const launched = [fleetRun({ instance: { instanceId: node } })];
const opened = () =>
  call('ec2-instance-connect', 'OpenTunnel', {
    requestParameters: { instanceConnectEndpointId: 'eice-1', remotePort: '22', privateIpAddress: '10.0.12.34' },
  });
/** The node's session under another key, of which no record says whose it is. */
const { inScopeOf: _, sessionContext: __, ...session } = nodeSession(node);
const scoped = {
  ...session,
  accessKeyId: 'ASIAEXAMPLESCOPED001',
  sessionContext: roleSession('KarpenterNodeRole-prod', node).sessionContext ?? {},
};
const ssm = (api: string, request: JsonObject, over: object = {}): AnyEvent => other('ssm', api, request, over);
const profileOfNodes = iam(
  'AddRoleToInstanceProfile',
  { instanceProfileName: 'nodes', roleName: 'KarpenterNodeRole-prod' },
  { by: platform, record: { eventTime: '2026-08-01T10:00:00Z' } },
);
const taken: Form['seen'] = ['cloudtrail/node-role-taken', 'high'];
const changed: Form['seen'] = ['cloudtrail/user-data-changed', 'high'];
const swapped: Form['seen'] = ['cloudtrail/root-volume-or-profile-swapped', 'high'];

/** Onto a node that is there, by AWS. */
export const byAws: Family = {
  goal: 'A node that is there, by AWS',
  forms: [
    {
      form: 'a session of Session Manager',
      event: ssm('StartSession', { target: node }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a command',
      event: ssm('SendCommand', { documentName: 'AWS-RunShellScript', instanceIds: [node] }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a command by a tag of nodes',
      event: ssm('SendCommand', {
        documentName: 'AWS-RunShellScript',
        targets: [{ key: 'tag:karpenter.sh/nodepool', values: ['default'] }],
      }),
      seen: entered,
    },
    {
      form: 'a command that names instances in another case',
      event: ssm('SendCommand', { targets: [{ key: 'instanceids', values: [node] }] }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a command that an automation sends for the caller',
      event: ssm(
        'SendCommand',
        { instanceIds: [node] },
        { by: { ...roleSession('developer', 'alice'), invokedBy: 'ssm.amazonaws.com' } },
      ),
      after: launched,
      seen: entered,
    },
    {
      form: 'an automation on a node',
      event: ssm('StartAutomationExecution', { documentName: 'AWS-RunShellScript' }),
      seen: unseen('the commands that it sends are looked at'),
    },
    {
      form: 'an association',
      event: ssm('CreateAssociation', {
        name: 'AWS-RunShellScript',
        targets: [{ key: 'InstanceIds', values: [node] }],
      }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a task of a maintenance window',
      event: ssm('RegisterTaskWithMaintenanceWindow', {
        taskArn: 'AWS-RunShellScript',
        targets: [{ key: 'InstanceIds', values: [node] }],
      }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a node added to what a maintenance window runs on',
      event: ssm('RegisterTargetWithMaintenanceWindow', {
        windowId: 'mw-1',
        resourceType: 'INSTANCE',
        targets: [{ key: 'InstanceIds', values: [node] }],
      }),
      after: launched,
      seen: entered,
    },
    {
      form: 'an association run once more',
      event: ssm('StartAssociationsOnce', { associationIds: ['0a1b2c3d'] }),
      seen: unseen('which machines it runs on was seen when it was made'),
    },
    {
      form: 'just-in-time access asked for',
      event: ssm('StartAccessRequest', { reason: 'x', targets: [{ key: 'InstanceIds', values: [node] }] }),
      after: launched,
      seen: unseen('it asks: the session that follows is seen'),
    },
    {
      form: 'a change request whose runbook enters a node',
      event: ssm('StartChangeRequestExecution', {
        documentName: 'x',
        runbooks: [{ parameters: { InstanceId: [node] } }],
      }),
      after: launched,
      seen: unseen('the commands that its automations send are looked at'),
    },
    {
      form: 'a tunnel of Session Manager',
      event: ssm('StartSession', { target: node, documentName: 'AWS-StartPortForwardingSession' }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a command to a resource group',
      event: ssm('SendCommand', { targets: [{ key: 'resource-groups:Name', values: ['nodes'] }] }),
      seen: ['cloudtrail/instance-entered', 'medium'],
    },
    {
      form: 'the serial console switched on for the account',
      event: wrappedEc2('EnableSerialConsoleAccess', {}),
      seen: unseen('nobody is let in by it: the key that is pushed to a console is seen'),
    },
    {
      form: 'an endpoint of Instance Connect in a subnet of nodes',
      event: wrappedEc2('CreateInstanceConnectEndpoint', { SubnetId: 'subnet-0aaa' }),
      seen: unseen(
        'nobody is let in by it: the key that is pushed is seen, and SSH by a key of the image leaves no record',
      ),
    },
    {
      form: 'a crash of a node, for its memory',
      event: wrappedEc2('SendDiagnosticInterrupt', { InstanceId: node }),
      after: launched,
      seen: unseen('what it writes stays on its disk: who copies that is seen'),
    },
    {
      form: 'the kernel that it boots',
      event: ec2('ModifyInstanceAttribute', { instanceId: node, kernel: { value: 'aki-0aaa' } }),
      seen: unseen('instances of today boot what is on their disk'),
    },
    {
      form: 'what it may forward (source/destination check)',
      event: ec2('ModifyInstanceAttribute', { instanceId: node, sourceDestCheck: { value: false } }),
      seen: unseen('network plugins switch it off all day'),
    },
    {
      form: 'its tags, for whoever asks instance metadata',
      event: wrappedEc2('ModifyInstanceMetadataOptions', { InstanceId: node, InstanceMetadataTags: 'enabled' }),
      seen: unseen('tags are no credentials'),
    },
    {
      form: 'the account’s hop limit for instance metadata taken back',
      event: wrappedEc2('ModifyInstanceMetadataDefaults', { HttpPutResponseHopLimit: -1 }),
      seen: ['cloudtrail/imds-protection-weakened', 'high'],
    },
    {
      form: 'the account’s enforcement of tokens taken back',
      event: wrappedEc2('ModifyInstanceMetadataDefaults', { HttpTokensEnforced: 'no-preference' }),
      seen: ['cloudtrail/imds-protection-weakened', 'high'],
    },
    {
      form: 'another version of a document that associations run',
      event: ssm('UpdateDocument', { name: 'patch-nodes', documentVersion: '$LATEST' }),
      seen: unseen('which machines a document runs on is not in its record; what runs it was seen when it was made'),
    },
    {
      form: 'what every session of Session Manager runs first, or that none is logged, in its preferences',
      event: ssm('UpdateDocument', { name: 'SSM-SessionManagerRunShell', documentVersion: '$LATEST' }),
      seen: unseen('it waits for somebody who opens a session, and that is seen'),
    },
    {
      form: 'a key pushed by Instance Connect',
      event: call('ec2-instance-connect', 'SendSSHPublicKey', {
        requestParameters: { instanceId: node, instanceOSUser: 'ec2-user' },
      }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a key pushed to the serial console',
      event: call('ec2-instance-connect', 'SendSerialConsoleSSHPublicKey', { requestParameters: { instanceId: node } }),
      after: launched,
      seen: entered,
    },
    {
      form: 'a tunnel of Instance Connect alone',
      event: opened(),
      after: launched,
      seen: ['cloudtrail/node-tunnelled', 'high'],
    },
    {
      form: 'its traffic copied to another machine',
      event: wrappedEc2('CreateTrafficMirrorSession', {
        NetworkInterfaceId: 'eni-0aaa',
        TrafficMirrorTargetId: 'tmt-0aaa',
        TrafficMirrorFilterId: 'tmf-0aaa',
        SessionNumber: 1,
      }),
      seen: mirrored,
    },
    {
      form: 'a copy of its traffic sent to another machine than before',
      event: wrappedEc2('ModifyTrafficMirrorSession', {
        TrafficMirrorSessionId: 'tms-0aaa',
        TrafficMirrorTargetId: 'tmt-0bbb',
      }),
      seen: mirrored,
    },
    {
      form: 'a wider filter of a copy that is there',
      event: wrappedEc2('CreateTrafficMirrorFilterRule', { TrafficMirrorFilterId: 'tmf-0aaa', RuleAction: 'accept' }),
      seen: unseen('sensors change their filters every day, and the session was said when it was made'),
    },
    {
      form: 'a tunnel to an instance that is no node',
      event: opened(),
      seen: unseen('an endpoint is there for tunnels to bastions'),
    },
    {
      form: 'the Windows password',
      event: ec2('GetPasswordData', { instanceId: node }),
      after: launched,
      seen: entered,
    },
    {
      form: 'user data, as SDKs send it',
      event: ec2('ModifyInstanceAttribute', { instanceId: node, userData: '<sensitiveDataRemoved>' }),
      seen: changed,
    },
    {
      form: 'user data, by attribute and value',
      event: ec2('ModifyInstanceAttribute', {
        instanceId: node,
        attribute: 'userData',
        value: '<sensitiveDataRemoved>',
      }),
      seen: changed,
    },
    {
      form: 'another root volume',
      event: wrappedEc2('CreateReplaceRootVolumeTask', { InstanceId: node, ImageId: 'ami-1' }),
      after: launched,
      seen: swapped,
    },
    {
      form: 'another volume attached as its root',
      event: ec2('AttachVolume', { instanceId: node, volumeId: 'vol-1', device: '/dev/xvda' }),
      after: launched,
      seen: swapped,
    },
    {
      form: 'another instance profile',
      event: wrappedEc2('AssociateIamInstanceProfile', { InstanceId: node, IamInstanceProfile: { Name: 'admin' } }),
      after: launched,
      seen: swapped,
    },
    {
      form: 'another profile in the place of its own',
      event: wrappedEc2(
        'ReplaceIamInstanceProfileAssociation',
        {
          AssociationId: 'iip-assoc-1',
          IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/admin' },
        },
        {},
        { iamInstanceProfileAssociation: { instanceId: node } },
      ),
      after: launched,
      seen: swapped,
    },
    {
      form: 'another role in the profile that it has',
      event: iam('AddRoleToInstanceProfile', { instanceProfileName: 'nodes', roleName: 'admin' }),
      after: [profileOfNodes],
      seen: ['cloudtrail/instance-profile-tampered', 'critical'],
    },
    {
      form: 'IMDSv1 switched on',
      event: wrappedEc2('ModifyInstanceMetadataOptions', { InstanceId: node, HttpTokens: 'optional' }),
      seen: ['cloudtrail/imds-protection-weakened', 'high'],
    },
    {
      form: 'a hop more for instance metadata',
      event: wrappedEc2('ModifyInstanceMetadataOptions', { InstanceId: node, HttpPutResponseHopLimit: '2' }),
      seen: ['cloudtrail/imds-protection-weakened', 'high'],
    },
    {
      form: 'the account’s defaults for it',
      event: wrappedEc2('ModifyInstanceMetadataDefaults', { HttpTokens: 'no-preference' }),
      seen: ['cloudtrail/imds-protection-weakened', 'high'],
    },
    {
      form: 'its credentials elsewhere',
      event: call('s3', 'ListBuckets', { userIdentity: nodeSession(node), sourceIPAddress: '192.0.2.77' }),
      after: launched,
      seen: ['cloudtrail/instance-credentials-off-instance', 'high'],
    },
    {
      form: 'a further key of its session, elsewhere (GetScopedCredentials)',
      event: call('s3', 'ListBuckets', { userIdentity: scoped, sourceIPAddress: '192.0.2.77' }),
      after: [
        ...launched,
        call('sts', 'GetScopedCredentials', {
          userIdentity: nodeSession(node),
          sourceIPAddress: '10.0.12.34',
          requestParameters: { durationSeconds: 3600 },
          responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLESCOPED001' } },
        }),
      ],
      seen: ['cloudtrail/instance-credentials-off-instance', 'high'],
    },
    {
      form: 'its credentials behind its own NAT gateway, for what nodes call',
      event: call('ec2', 'DescribeInstances', { userIdentity: nodeSession(node), sourceIPAddress: '203.0.113.10' }),
      after: launched,
      seen: unseen('it looks like the node'),
    },
    {
      form: 'its image stored in a bucket',
      event: ec2('CreateStoreImageTask', { imageId: 'ami-0123456789abcdef0', bucket: 'example-bucket' }),
      seen: ['cloudtrail/image-or-snapshot-shared', 'high'],
    },
    {
      form: 'the instance exported into a bucket',
      event: ec2('CreateInstanceExportTask', { instanceId: node, exportToS3Task: { s3Bucket: 'example-bucket' } }),
      seen: ['cloudtrail/image-or-snapshot-shared', 'medium'],
    },
    {
      form: 'a snapshot shared',
      event: ec2('ModifySnapshotAttribute', {
        snapshotId: 'snap-1',
        createVolumePermission: { add: { items: [{ group: 'all' }] } },
      }),
      seen: ['cloudtrail/image-or-snapshot-shared', 'high'],
    },
    {
      form: 'an image of it made within the account',
      event: ec2('CreateImage', { instanceId: node, name: 'x', noReboot: true }),
      after: launched,
      seen: ['cloudtrail/node-disk-copied', 'medium'],
    },
    {
      form: 'the doors of nodes opened',
      event: ec2('AuthorizeSecurityGroupIngress', {
        groupId: 'sg-1',
        ipPermissions: {
          items: [
            { ipProtocol: 'tcp', fromPort: 10250, toPort: 10250, ipRanges: { items: [{ cidrIp: '0.0.0.0/1' }] } },
          ],
        },
      }),
      seen: ['cloudtrail/security-group-opened', 'high'],
    },
    {
      form: 'etcd of a control plane opened',
      event: ec2('AuthorizeSecurityGroupIngress', {
        groupId: 'sg-1',
        ipProtocol: 'tcp',
        fromPort: 2379,
        toPort: 2379,
        cidrIp: '0.0.0.0/0',
      }),
      seen: ['cloudtrail/security-group-opened', 'high'],
    },
    {
      form: 'a group that is open already, put on a node',
      event: ec2('ModifyInstanceAttribute', { instanceId: node, groupSet: { items: [{ groupId: 'sg-2' }] } }),
      seen: unseen('what a group lets in is not in the record of its use'),
    },
  ],
};

/** A node that is one's own. */
export const ofOnesOwn: Family = {
  goal: 'A node of one’s own, or instances that nobody ordered',
  forms: [
    {
      form: 'an instance with the profile of nodes',
      event: runInstances({
        instance: { iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/nodes' } },
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a spot request with it',
      event: ec2('RequestSpotInstances', { launchSpecification: { iamInstanceProfile: { name: 'nodes' } } }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a spot fleet with it',
      event: ec2('RequestSpotFleet', {
        spotFleetRequestConfig: { launchSpecifications: { items: [{ iamInstanceProfile: { name: 'nodes' } }] } },
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a fleet with it in an override',
      event: createFleet({
        override: { IamInstanceProfile: { Name: 'nodes' } },
        by: roleSession('developer', 'alice'),
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a launch template with it',
      event: createTemplate({
        name: 'x',
        tags: {},
        data: { IamInstanceProfile: { Name: 'nodes' } },
        by: roleSession('developer', 'alice'),
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a launch configuration with it',
      event: other('autoscaling', 'CreateLaunchConfiguration', {
        launchConfigurationName: 'x',
        iamInstanceProfile: 'nodes',
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'a compute environment of Batch with it',
      event: other('batch', 'CreateComputeEnvironment', {
        computeEnvironmentName: 'x',
        computeResources: { instanceRole: 'nodes', instanceTypes: ['optimal'] },
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'its role put on an instance that is there',
      event: wrappedEc2('AssociateIamInstanceProfile', {
        InstanceId: 'i-0eeeeffff00001111',
        IamInstanceProfile: { Name: 'nodes' },
      }),
      after: [profileOfNodes],
      seen: taken,
    },
    {
      form: 'Karpenter’s template with a key of one’s own',
      event: createFleet({ override: { KeyName: 'mine' }, by: roleSession('developer', 'alice') }),
      seen: ['cloudtrail/fleet-with-foreign-overrides', 'critical'],
    },
    {
      form: 'a node group',
      event: eks('CreateNodegroup', {
        nodegroupName: 'x',
        nodeRole: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
      }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'a node group whose role is no node role',
      event: eks('CreateNodegroup', { nodegroupName: 'x', nodeRole: 'arn:aws:iam::111122223333:role/admin' }),
      seen: ['cloudtrail/unintended-role-launched', 'critical'],
    },
    {
      form: 'Auto Mode with another role',
      event: eks('UpdateClusterConfig', { computeConfig: { nodeRoleArn: 'arn:aws:iam::111122223333:role/admin' } }),
      seen: ['cloudtrail/unintended-role-launched', 'critical'],
    },
    {
      form: 'nodes by SageMaker HyperPod',
      event: other('sagemaker', 'CreateCluster', {
        clusterName: 'x',
        orchestrator: { eks: { clusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' } },
        instanceGroups: [{ instanceType: 'ml.m5.xlarge' }],
      }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'nodes by Batch on EKS',
      event: other('batch', 'CreateComputeEnvironment', {
        computeEnvironmentName: 'x',
        eksConfiguration: { eksClusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' },
      }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'high'],
    },
    {
      form: 'GPUs by HyperPod',
      event: other('sagemaker', 'UpdateCluster', {
        clusterName: 'x',
        instanceGroups: [{ instanceType: 'ml.p5.48xlarge' }],
      }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'GPUs by HyperPod, as one of several types of a group',
      event: other('sagemaker', 'UpdateCluster', {
        clusterName: 'x',
        instanceGroups: [{ instanceRequirements: { instanceTypes: ['ml.m5.xlarge', 'ml.p5.48xlarge'] } }],
      }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'more nodes of HyperPod (BatchAddClusterNodes)',
      event: other('sagemaker', 'BatchAddClusterNodes', {
        clusterName: 'x',
        nodesToAdd: [{ instanceGroupName: 'workers', incrementTargetCountBy: 20 }],
      }),
      seen: ['cloudtrail/node-group-changed-by-unexpected', 'medium'],
    },
    {
      form: 'GPUs by Batch',
      event: other('batch', 'UpdateComputeEnvironment', {
        computeEnvironment: 'x',
        computeResources: { instanceTypes: ['p5'] },
      }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'dedicated hosts of GPUs',
      event: ec2('AllocateHosts', { instanceFamily: 'p5', quantity: 1 }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'GPUs by what a fleet asks for',
      event: wrappedEc2('CreateFleet', {
        Type: 'maintain',
        LaunchTemplateConfigs: {
          tag: 1,
          Overrides: { tag: 1, InstanceRequirements: { AcceleratorCount: { Min: 1 } } },
        },
      }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'an instance of another type, changed while it is stopped',
      event: ec2('ModifyInstanceAttribute', { instanceId: node, instanceType: { value: 'p5.48xlarge' } }),
      seen: ['cloudtrail/disallowed-instance-family-launched', 'critical'],
    },
    {
      form: 'launches in another region',
      event: runInstances({ record: { awsRegion: 'ap-southeast-4' } }),
      seen: ['cloudtrail/launch-outside-approved-region', 'high'],
    },
    {
      form: 'another region enabled',
      event: call('account', 'EnableRegion', { requestParameters: { regionName: 'ap-southeast-4' } }),
      seen: ['cloudtrail/launch-outside-approved-region', 'high'],
    },
    {
      form: 'an activation for a machine elsewhere',
      event: ssm('CreateActivation', { iamRole: 'KarpenterNodeRole-prod' }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'high'],
    },
    {
      form: 'a certificate authority of one’s own',
      event: other('rolesanywhere', 'CreateTrustAnchor', { name: 'x' }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'medium'],
    },
    {
      form: 'networks of hybrid nodes',
      event: eks('UpdateClusterConfig', { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['192.0.2.0/24'] }] } }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'medium'],
    },
    {
      form: 'a node object',
      event: audit('create', 'nodes', {
        objectRef: { name: 'ip-10-0-9-9.eu-west-1.compute.internal' },
        requestObject: {
          metadata: { name: 'ip-10-0-9-9.eu-west-1.compute.internal' },
          spec: { providerID: 'aws:///eu-west-1a/i-0eeeeffff00001111' },
        },
      }),
      after: ['2026-07-20T08:00:00Z', '2026-09-01T09:50:00Z'].map(eventTime =>
        call('ec2', 'DescribeRegions', { eventTime }),
      ),
      later: [call('ec2', 'DescribeRegions', { eventTime: '2026-09-01T10:31:00Z' })],
      seen: ['lineage/node-never-launched', 'critical'],
    },
    {
      form: 'a machine of Cluster API',
      event: audit('create', 'machines.cluster.x-k8s.io', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'fleet-eu', name: 'x' },
      }),
      seen: ['kubernetes/machine-created-by-unexpected', 'high'],
    },
    {
      form: 'machines scaled by the subresource',
      event: audit('patch', 'machinedeployments.cluster.x-k8s.io/scale', {
        cluster: 'fleet',
        user: users.admin,
        objectRef: { namespace: 'fleet-eu', name: 'x' },
      }),
      seen: ['kubernetes/machine-created-by-unexpected', 'high'],
    },
    {
      form: 'a group of one’s own from a new version of its template',
      event: wrappedEc2('CreateLaunchTemplateVersion', {
        LaunchTemplateId: 'lt-1',
        SourceVersion: '1',
        LaunchTemplateData: { UserData: '<sensitiveDataRemoved>' },
      }),
      seen: unseen(
        'nothing says that nodes are launched from it: Auto Scaling groups of self-managed nodes bear any name',
      ),
    },
  ],
};
