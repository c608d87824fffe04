import { isIP } from 'node:net';

/** An address as a number of its family's width. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses of a family whose first `bits` are those of `value`. */
export interface Network extends Address {
  readonly bits: number;
  /** As it was written. */
  readonly text: string;
}

/**
 * Reads an IPv4 or IPv6 address; undefined for anything else, zone ids included.
 * An IPv4 address mapped into IPv6 (`::ffff:192.0.2.1`) is the IPv4 address, as in AWS's engine (RFC 4291, 2.5.5.2).
 */
export const parseAddress = (text: string): Address | undefined => {
  const family = isIP(text);
  if (family === 4) return { family, value: fromV4(text) };
  if (family !== 6 || text.includes('%')) return undefined;
  const value = fromV6(text);
  return value >> 32n === 0xffffn ? { family: 4, value: value & 0xffffffffn } : { family, value };
};

/** Reads `address/bits`; bits after the mask are ignored. Undefined where either part is wrong. */
export const parseNetwork = (text: string): Network | undefined => {
  const [, head = '', mask = ''] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const address = parseAddress(head);
  if (address === undefined || (address.family === 4 && head.includes(':'))) return undefined;
  const bits = Number(mask);
  return bits <= width(address.family) ? { ...address, bits, text } : undefined;
};

/** Says whether an address is in a network. */
export const contains = (network: Network, address: Address): boolean => {
  if (network.family !== address.family) return false;
  const shift = BigInt(width(network.family) - network.bits);
  return network.value >> shift === address.value >> shift;
};

const width = (family: 4 | 6): number => (family === 4 ? 32 : 128);

const fromV4 = (text: string): bigint => text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);

const fromV6 = (text: string): bigint => {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const tail = dotted === null ? 0n : fromV4(dotted[2] ?? '0.0.0.0');
  const plain = dotted === null ? text : `${dotted[1]}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
  const [left = '', right] = plain.split('::');
  const head = groups(left);
  const end = groups(right ?? '');
  const zeros = Array.from({ length: 8 - head.length - end.length }, () => 0n);
  return [...head, ...zeros, ...end].reduce((value, group) => (value << 16n) | group, 0n);
};

const groups = (text: string): bigint[] => (text === '' ? [] : text.split(':').map(group => BigInt(`0x${group}`)));
