import { isIPv4 } from 'node:net';

/** A network of IPv4 addresses: the first and the last of them, as numbers. */
export type Network = { readonly first: number; readonly last: number };

/** Reads `10.0.0.0/16`; undefined when it is none, or names an address inside a network rather than the network. */
export function networkOf(text: string): Network | undefined {
  const [, address = '', digits = ''] = /^([\d.]+)\/(0|[1-9]\d?)$/.exec(text) ?? [];
  const bits = Number(digits);
  if (!isIPv4(address) || digits === '' || bits > 32) return undefined;
  const first = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - bits);
  return first % size === 0 ? { first, last: first + size - 1 } : undefined;
}

export function contains(outer: Network, inner: Network): boolean {
  return outer.first <= inner.first && inner.last <= outer.last;
}

export function overlap(one: Network, two: Network): boolean {
  return one.first <= two.last && two.first <= one.last;
}
