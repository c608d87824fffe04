import { defineConfig } from '../../../core/config.ts';

/** Every part of the stack at once. */
export default defineConfig({
  accounts: ['111122223333', '444455556666'],
  home: 'eu-west-1',
  clusters: [
    { name: 'prod', region: 'eu-west-1', reader: true },
    { name: 'fleet', kind: 'kubeadm', role: 'management', audit: { logGroup: '/fleet/audit' } },
    { name: 'west', region: 'us-west-2' },
    { name: 'east', region: 'us-east-1', audit: { logGroup: '/east/audit' } },
    // Another account's, with a stage of its own, in a region that this one has not enabled.
    { name: 'elsewhere', account: '444455556666', region: 'ap-south-1', reader: true },
    { name: 'far', kind: 'kubeadm', account: '444455556666', audit: { bucket: 'far-audit', prefix: 'far/' } },
    { name: 'edge', kind: 'kubeadm', audit: { bucket: 'edge-audit', prefix: 'edge/' } },
  ],
  controllers: [{ kind: 'karpenter', roles: ['arn:aws:iam::111122223333:role/prod-karpenter'] }],
  channels: [
    { kind: 'email', address: 'oncall@example.com', minimum: 'high' },
    { kind: 'slack', secret: 'SlackWebhook', minimum: 'medium' },
    {
      kind: 'slack-app',
      token: 'SlackToken',
      channel: 'C0123456789',
      triage: { signing: 'SlackSigning', users: ['U0123456789'], team: 'T0123456789' },
    },
    { kind: 'pagerduty', secret: 'PagerDuty', minimum: 'critical' },
    { kind: 'webhook', address: 'https://soar.example.com/tripline', secret: 'WebhookKey', clusters: ['prod'] },
  ],
  deployment: {
    archives: [{ bucket: 'organisation-trail', key: 'arn:aws:kms:eu-west-1:444455556666:key/example' }],
    hub: 'arn:aws:events:eu-west-1:444455556666:event-bus/tripline-soc-hub',
    gathers: ['444455556666'],
    heartbeat: 'Heartbeat',
    tracing: true,
    canary: { clusters: ['prod'], minutes: 15 },
    evidence: { retentionDays: 365 },
    network: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] },
  },
});
