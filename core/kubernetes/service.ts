import { list, text } from '../json.ts';
import { type Address, contains, type Network, parseAddress, parseNetwork } from '../pattern/address.ts';
import type { OpenPattern } from '../pattern/language.ts';
import type { Settings } from '../settings.ts';
import { asked } from './body.ts';
import type { AuditRecord } from './record.ts';

/** Where instance metadata, EKS Pod Identity and the VPC's own resolver answer (EC2 User Guide, EKS User Guide). */
const local = ['169.254.0.0/16', 'fd00:ec2::/32'];

const networksOf = (settings: Settings): readonly Network[] =>
  [...local, ...settings.clusters.flatMap(({ vpcRanges = [] }) => vpcRanges)].flatMap(
    range => parseNetwork(range) ?? [],
  );

/** Zeros before a number of an IPv4 address count for nothing: the API server and kube-proxy take them (k8s.io/utils/net, ParseIPSloppy). */
const plain = (address: string): string => address.replace(/(^|[.:])0+(?=\d+\.|\d+$)/g, '$1');

const isIn = (networks: readonly Network[], address: Address | undefined): boolean =>
  address !== undefined && networks.some(network => contains(network, address));

/**
 * Addresses of others that a Service takes: kube-proxy hands what is sent to an external address of a Service, or to one in its status, to
 * its pods, on every node and for the node's own programs as well (Kubernetes documentation, "External IPs"; CVE-2020-8554).
 */
export const takenBy = (record: AuditRecord, settings: Settings): readonly string[] => {
  const { resource, subresource, apiGroup = '' } = record.objectRef ?? {};
  if (resource !== 'services' || apiGroup !== '') return [];
  if (subresource !== undefined && subresource !== 'status') return [];
  const { object } = asked(record);
  const asks =
    subresource === 'status'
      ? list(object, 'status', 'loadBalancer', 'ingress').map(one => text(one, 'ip'))
      : list(object, 'spec', 'externalIPs');
  const networks = networksOf(settings);
  return asks
    .flatMap(one => (typeof one === 'string' ? plain(one) : []))
    .filter(one => isIn(networks, parseAddress(one)));
};

/** What a body shows that takes an address; a JSON Patch may say it in many ways. */
export const takingBodies: readonly OpenPattern[] = [
  { spec: { externalIPs: [{ exists: true }] } },
  { status: { loadBalancer: { ingress: { ip: [{ exists: true }] } } } },
  { path: [{ exists: true }] },
];
