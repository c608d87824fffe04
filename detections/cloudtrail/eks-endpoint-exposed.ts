import { platform } from '../../core/cloudtrail/example-callers.ts';
import { eks } from '../../core/cloudtrail/example-iam.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const change = (resourcesVpcConfig: JsonObject) => eks('UpdateClusterConfig', { resourcesVpcConfig }, { by: platform });

export const detection = cloudtrail({
  id: 'cloudtrail/eks-endpoint-exposed',
  title: '{principal} opened the API server of {cluster} to the world',
  severity: 'high',
  when: { fact: { 'eks.endpoint-opened': true, 'call.outcome': 'succeeded' } },
  by: view => [{ cluster: said(view, 'eks.cluster') }],
  resources: view => [said(view, 'eks.cluster')],
  attack: ['T1133', 'T1685'],
  why: 'A token or certificate that leaked is worth nothing while the API server is out of reach. Opened to every address, each of them works from anywhere, and so does the next flaw in the server.',
  references: [
    'EKS User Guide, "Cluster API server endpoint"',
    'EKS API Reference, VpcConfigRequest: publicAccessCidrs',
  ],
  runbook: [
    confirmCall,
    'Close it: aws eks update-cluster-config --region REGION --name CLUSTER --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true, or publicAccessCidrs=OFFICE_RANGE.',
    "See who used it: the cluster's audit log, `fields @timestamp, user.username, verb, requestURI | parse @message '\"sourceIPs\":[*]' as ips | stats count() by user.username, ips` in CloudWatch Logs Insights on LOG_GROUP.",
    revokeCaller,
    lookAround,
  ],
  blind: [
    'A cluster created with the default endpoint is public without saying so in its request.',
    'Ranges of 10.0.0.0/8 and smaller, or many of them, are not judged.',
  ],
  examples: {
    matches: [
      { name: 'public access without ranges, which means all of them', event: change({ endpointPublicAccess: true }) },
      {
        name: 'public access for the world',
        event: change({ endpointPublicAccess: true, publicAccessCidrs: ['198.51.100.0/24', '0.0.0.0/0'] }),
      },
      {
        name: 'public access for the two halves of the world',
        event: change({ endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/1', '128.0.0.0/1'] }),
      },
      { name: 'the ranges of a public endpoint become the world', event: change({ publicAccessCidrs: ['::/0'] }) },
      {
        name: 'a cluster made so',
        event: eks('CreateCluster', { resourcesVpcConfig: { endpointPublicAccess: true, subnetIds: ['subnet-0aaa'] } }),
      },
    ],
    misses: [
      {
        name: 'public access for the office',
        event: change({ endpointPublicAccess: true, publicAccessCidrs: ['198.51.100.0/24'] }),
      },
      {
        name: 'public access switched off',
        event: change({ endpointPublicAccess: false, publicAccessCidrs: ['0.0.0.0/0'] }),
      },
      {
        name: 'a refused attempt',
        event: eks(
          'UpdateClusterConfig',
          { resourcesVpcConfig: { endpointPublicAccess: true } },
          { record: { errorCode: 'InvalidParameterException' } },
        ),
      },
    ],
  },
});
