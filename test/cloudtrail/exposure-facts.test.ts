import { expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { exposureFacts } from '../../core/cloudtrail/facts/exposure.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { list, text } from '../../core/json.ts';

const opened = (ipProtocol: string, fromPort: number | undefined, toPort: number | undefined, cidrIp = '0.0.0.0/0') => {
  const ports = { ...(fromPort === undefined ? {} : { fromPort }), ...(toPort === undefined ? {} : { toPort }) };
  const event = call('ec2', 'AuthorizeSecurityGroupIngress', {
    requestParameters: {
      groupId: 'sg-0aaa',
      ipPermissions: { items: [{ ipProtocol, ...ports, ipRanges: { items: [{ cidrIp }] } }] },
    },
  });
  const found = exposureFacts['network.opened']?.read(event, exampleSettings) ?? [];
  return list({ found }, 'found')
    .map(one => text(one, 'what'))
    .join();
};

test.each([
  ['tcp', 22, 22, 'ssh'],
  ['tcp', 21, 21, ''],
  ['tcp', 23, 3_388, 'etcd'],
  ['tcp', 2_379, 2_380, 'etcd'],
  ['tcp', 2_381, 3_388, ''],
  ['tcp', 22, 3_389, 'ssh,rdp,etcd'],
  ['UDP', 10_250, 10_250, 'kubelet'],
  ['6', 32_767, 40_000, 'node-ports'],
  ['17', 32_768, 65_535, ''],
  ['tcp', 20_000, 30_000, 'node-ports'],
  ['tcp', 0, 65_535, 'all'],
  ['tcp', 1, 65_535, 'all'],
  ['tcp', 2, 65_535, 'ssh,rdp,kubelet,etcd,node-ports'],
  ['tcp', 1, 65_534, 'ssh,rdp,kubelet,etcd,node-ports'],
  // A port that is -1 or not said is every port.
  ['tcp', -1, -1, 'all'],
  ['tcp', undefined, undefined, 'all'],
  ['tcp', 10_251, -1, 'node-ports'],
  ['tcp', 10_251, undefined, 'node-ports'],
  ['tcp', undefined, 22, 'ssh'],
  ['tcp', -1, 22, 'ssh'],
  ['-1', undefined, undefined, 'all'],
  ['all', 443, 443, 'all'],
  ['icmp', -1, -1, ''],
] as const)('%s from %s to %s opens %j', (protocol, from, to, what) => {
  expect(opened(protocol, from, to)).toBe(what);
});

test.each([
  ['0.0.0.0/7', 'ssh'],
  ['10.0.0.0/8', ''],
  ['::/6', 'ssh'],
  ['fc00::/7', ''],
  ['198.51.100.7/0', 'ssh'],
  ['198.51.100.7', ''],
])('to %s: %j', (range, what) => {
  expect(opened('tcp', 22, 22, range)).toBe(what);
});

test('a copy into a vault of one’s own account is ours, whatever settings name', () => {
  const copied = (account: string | undefined, settings = exampleSettings) =>
    exposureFacts['image.shared']?.read(
      call('backup', 'StartCopyJob', {
        requestParameters: {
          recoveryPointArn: 'arn:aws:ec2:eu-west-1::snapshot/snap-0aaa',
          ...(account !== undefined && {
            destinationBackupVaultArn: `arn:aws:backup:eu-west-1:${account}:backup-vault:v`,
          }),
        },
      }),
      settings,
    );
  const bare = defineConfig({});
  const two = defineConfig({ accounts: ['111122223333', '444455556666'] });
  expect(copied('111122223333', bare)).toMatchObject([{ with: '111122223333', ours: true }]);
  expect(copied('444455556666', bare)).toMatchObject([{ with: '444455556666', ours: false }]);
  expect(copied('444455556666', two)).toMatchObject([{ with: '444455556666', ours: true }]);
  expect(copied(undefined)).toEqual([]);
});
