import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/** Only what is read of a request. */
type Addressed = Pick<IncomingMessage, 'headers'> & {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
};

const UNKNOWN = 'unknown';
const MAPPED = '::ffff:';

/**
 * Whom a request is counted for: the address of its socket or, behind `trustedProxies` proxies of ours that each append
 * the address they were called from to X-Forwarded-For, the address that the outermost of them saw. What stands further
 * left is the caller's own and is not read; an entry that is missing or no address counts for the socket's.
 *
 * An IPv6 address stands for its /64, which is the least that one subscriber has.
 */
export function clientAddress(request: Addressed, trustedProxies: number): string {
  const socket = canonical(request.socket.remoteAddress ?? '') ?? UNKNOWN;
  if (trustedProxies < 1) return socket;
  const { 'x-forwarded-for': header } = request.headers;
  const list = Array.isArray(header) ? header.join(',') : header;
  if (list === undefined) return socket;
  const entry = entryFromTheRight(list, trustedProxies);
  return (entry === undefined ? undefined : canonical(withoutPort(entry.trim()))) ?? socket;
}

/** Reads no further left than it must, whatever the length of the list. */
function entryFromTheRight(list: string, count: number): string | undefined {
  let end = list.length;
  for (let at = 1; ; at += 1) {
    // lastIndexOf would take a negative start for 0.
    const comma = end === 0 ? -1 : list.lastIndexOf(',', end - 1);
    if (at === count) return list.slice(comma + 1, end);
    if (comma === -1) return undefined;
    end = comma;
  }
}

/** `192.0.2.1:443` and `[2001:db8::1]:443` as some proxies write them. */
function withoutPort(entry: string): string {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(entry) ?? [];
  return bracketed ?? plain ?? entry;
}

function canonical(address: string): string | undefined {
  if (isIPv4(address)) return address;
  // What a listener on :: sees of IPv4, without the work for IPv6.
  if (address.startsWith(MAPPED) && isIPv4(address.slice(MAPPED.length))) return address.slice(MAPPED.length);
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address.split('%', 1)[0] ?? '');
  const [g0 = 0, g1 = 0, g2 = 0, g3 = 0, g4 = 0, g5 = 0, g6 = 0, g7 = 0] = groups;
  if ((g0 | g1 | g2 | g3 | g4) === 0 && g5 === 0xffff) {
    return `${g6 >> 8}.${g6 & 0xff}.${g7 >> 8}.${g7 & 0xff}`;
  }
  return `${g0.toString(16)}:${g1.toString(16)}:${g2.toString(16)}:${g3.toString(16)}::/64`;
}

/** The eight numbers of an address that isIPv6 has accepted. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::', 2);
  const left = numbersOf(head);
  if (tail === undefined) return left;
  const right = numbersOf(tail);
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right];
}

function numbersOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [(a << 8) | b, (c << 8) | d];
  });
}
