import { findingsTable } from '../../adapters/findings/table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { Evidence } from '../../core/evidence/record.ts';
import type { Match } from '../../core/match.ts';
import { police } from '../policed.ts';
import { at } from './case.ts';

/** The real adapters over a DynamoDB in this process. */
export const startTables = async () => {
  const local = await localDynamoDB();
  police(local.client);
  return {
    local,
    findings: findingsTable(local.client, local.tables.findings),
    ledger: ledgerTable(local.client, local.tables.state),
    stop: () => local.close(),
  };
};

export type Tables = Awaited<ReturnType<typeof startTables>>;

/** One match of a case; `n` tells its events apart, `of` the case. */
export const match = (n: number, over: Partial<Match> = {}, of = 'mallory'): Match => ({
  detection: 'cloudtrail/disallowed-instance-family-launched',
  version: 'a1b2c3d4',
  source: 'cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
  cluster: '',
  eventId: `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`,
  time: at + n * 1000,
  key: { principal: of },
  window: 3_600_000,
  severity: 'high',
  status: 'alerting',
  title: `${of} launched p5.48xlarge`,
  principals: [`arn:aws:iam::111122223333:user/${of}`],
  resources: ['i-0aaaabbbbccccdddd'],
  addresses: ['198.51.100.23'],
  notes: [],
  evidence: new Evidence({ eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com' }),
  ...over,
});
