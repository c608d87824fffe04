import { expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { insideBeginnings } from '../../core/kubernetes/place.ts';

const settings = defineConfig({
  clusters: [
    {
      name: 'a',
      account: '111122223333',
      region: 'eu-west-1',
      kind: 'kubeadm',
      vpcRanges: ['10.1.0.0/16', '10.9.0.0/16'],
    },
    {
      name: 'b',
      account: '111122223333',
      region: 'eu-west-1',
      kind: 'kubeadm',
      podRanges: ['10.9.0.0/16', '172.16.0.0/12'],
    },
  ],
  network: {
    ranges: ['192.168.7.0/24', '2001:db8::/32', '11.0.0.0/8'],
    egress: ['203.0.113.7'],
    onPrem: ['198.51.100.0/25'],
  },
});
const everywhere = ['127.', '192.168.7.', '11.'];

test('addresses inside begin as the ranges do that every one of the clusters has, and that lie between octets', () => {
  expect(insideBeginnings(['a'], settings)).toEqual(['127.', '10.1.', '10.9.', '192.168.7.', '11.']);
  expect(insideBeginnings(['b'], settings)).toEqual(['127.', '10.9.', '192.168.7.', '11.']);
  expect(insideBeginnings(['a', 'b'], settings)).toEqual(['127.', '10.9.', '192.168.7.', '11.']);
  expect(insideBeginnings([], settings)).toEqual(everywhere);
});
