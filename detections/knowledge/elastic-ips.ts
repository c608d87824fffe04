import { isIP } from 'node:net';
import { requestOf, responseOf, word } from '../../core/cloudtrail/ec2.ts';
import type { Knowledge } from '../../core/detection.ts';
import { allocationOf, networkKept, networkScopes } from '../../core/state/network.ts';

/**
 * Elastic IPs from the moment they are allocated: a new cluster's nodes leave through its NAT gateway before the daily inventory has seen
 * it. No record of the gateway says its address (recorded: `CreateNatGateway` names the allocation alone).
 */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/elastic-ips',
  on: 'cloudtrail',
  doc: 'Elastic IPs of an account (scope `network#<account>#<day>`, for two days; then the inventory knows them): `allocated`, each `<allocation> <address>`, and `released`, allocations.',
  when: {
    eventSource: 'ec2.amazonaws.com',
    eventName: ['AllocateAddress', 'ReleaseAddress'],
    fact: { 'call.outcome': 'succeeded' },
  },
  observe: ({ event, record }) => {
    const isNew = record.eventName === 'AllocateAddress';
    const said = isNew ? responseOf(record) : requestOf(record);
    const [id, address] = [word(said, 'allocationId') ?? '', word(said, 'publicIp') ?? ''];
    if (!/^eipalloc-[0-9a-f]{1,40}$/.test(id) || (isNew && isIP(address) === 0)) return [];
    return [
      {
        scope: networkScopes(event.account, event.time)[0],
        add: isNew ? { allocated: [allocationOf(id, address)] } : { released: [id] },
        cap: 1_000,
        quiet: true,
        expires: event.time + networkKept,
        read: false,
      },
    ];
  },
};
