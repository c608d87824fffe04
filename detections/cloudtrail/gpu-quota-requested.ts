import { call, refused } from '../../core/cloudtrail/example.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';

const request = (quotaCode: string, eventName = 'RequestServiceQuotaIncrease') =>
  call('servicequotas', eventName, { requestParameters: { serviceCode: 'ec2', quotaCode, desiredValue: 768 } });

export const detection = cloudtrail({
  id: 'cloudtrail/gpu-quota-requested',
  title: '{principal} asked for more instances under the EC2 quota {quota}',
  severity: 'medium',
  when: {
    fact: {
      'quota.code': [
        'L-1216C47A', // Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances
        'L-34B43A08', // All Standard (A, C, D, H, I, M, R, T, Z) Spot Instance Requests
        'L-DB2E81BA', // Running On-Demand G and VT instances
        'L-3819A6DF', // All G and VT Spot Instance Requests
        'L-417A185B', // Running On-Demand P instances
        'L-7212CCBC', // All P4, P3 and P2 Spot Instance Requests
        'L-C4BD4855', // All P5 Spot Instance Requests
        'L-2C3B7624', // Running On-Demand Trn instances
        'L-6B0D517C', // All Trn Spot Instance Requests
        'L-1945791B', // Running On-Demand Inf instances
        'L-B5D1601B', // All Inf Spot Instance Requests
        'L-6E869C2A', // Running On-Demand DL instances
        'L-85EED4F7', // All DL Spot Instance Requests
        'L-74FC7D96', // Running On-Demand F instances
        'L-88CF9481', // All F Spot Instance Requests
        'L-F7808C92', // Running On-Demand HPC instances
        'L-7295265B', // Running On-Demand X instances
        'L-E3A00192', // All X Spot Instance Requests
      ],
    },
  },
  by: view => [{ quota: said(view, 'quota.code') }],
  window: '24h',
  attack: ['T1496.001', 'T1578.005'],
  why: 'New accounts may run no GPU at all, so a mining campaign begins with a quota request, hours before the launches. Platform teams ask for quota rarely and by ticket.',
  references: [
    'Service Quotas API Reference, RequestServiceQuotaIncrease, PutServiceQuotaIncreaseRequestIntoTemplate',
    'EC2 User Guide, "Amazon EC2 service quotas" (vCPU-based quotas by instance family)',
  ],
  runbook: [
    confirmCall,
    'See what is pending: aws service-quotas list-requested-service-quota-change-history --service-code ec2 --region REGION; close the support case that it opened; what new accounts of the organization are to get: aws service-quotas list-service-quota-increase-requests-in-template --region us-east-1',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'The names of parameters are taken from the API model; a refusal was seen recorded, without them. The codes are those that accounts list in public: compare them with `aws service-quotas list-service-quotas --service-code ec2`.',
    'A template of an organization is for accounts that are made later: what they get by it is recorded as AWS’s.',
    'A request through a support case or by AWS on its own makes no such record.',
  ],
  examples: {
    matches: [
      { name: 'more P instances', event: request('L-417A185B') },
      { name: 'more G spot instances', event: request('L-3819A6DF') },
      { name: 'more F instances', event: request('L-74FC7D96') },
      {
        name: 'more P instances for every account that the organization makes from now on',
        event: request('L-417A185B', 'PutServiceQuotaIncreaseRequestIntoTemplate'),
      },
      {
        name: 'more P instances, refused: only the message names the quota',
        event: call(
          'servicequotas',
          'RequestServiceQuotaIncrease',
          refused('RequestServiceQuotaIncrease', 'arn:aws:servicequotas:eu-west-1:111122223333:ec2/L-417A185B'),
        ),
      },
    ],
    misses: [
      { name: 'more VPCs', event: request('L-F678F1CE') },
      {
        name: 'more P instances are taken out of the template',
        event: request('L-417A185B', 'DeleteServiceQuotaIncreaseRequestFromTemplate'),
      },
      { name: 'the quota of P instances is read', event: request('L-417A185B', 'GetServiceQuota') },
    ],
  },
});
