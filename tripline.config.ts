import { defineConfig } from './core/config.ts';

/**
 * What this installation says about itself. Everything may be left out; each line makes a detection sharper.
 * `core/settings.ts` documents every member. Wrong settings do not load and do not deploy.
 */
export default defineConfig({
  // accounts: ['111122223333'],
  // home: 'eu-west-1',
  // approvedRegions: ['eu-west-1', 'us-east-1'],
  // clusters: [{ name: 'prod', vpcRanges: ['10.0.0.0/16'], nodeRoles: ['KarpenterNodeRole-prod'] }],
  // controllers: [
  //   {
  //     kind: 'karpenter',
  //     roles: ['arn:aws:iam::111122223333:role/prod-karpenter'],
  //     serviceAccounts: ['system:serviceaccount:kube-system:karpenter'],
  //   },
  // ],
  // network: { egress: ['203.0.113.10'] },
  // channels: [{ kind: 'slack', secret: 'SlackWebhook', minimum: 'medium' }],
});
