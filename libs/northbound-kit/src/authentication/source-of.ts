import { isIPv6 } from 'node:net';

/** Written within IPv6 by a server that listens to both. */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whom an address stands for: an IPv4 address itself, of an IPv6 address the /64, which is one customer's. */
export function sourceOf(address: string): string {
  const mapped = MAPPED.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [left = '', right = ''] = address.split('%', 1)[0]!.split('::');
  const [head, tail] = [groupsOf(left), groupsOf(right)];
  const gap = address.includes('::') ? Array.from({ length: 8 - head.length - tail.length }, () => 0) : [];
  const network = [...head, ...gap, ...tail].slice(0, 4);
  return `${network.map((group) => group.toString(16)).join(':')}::/64`;
}

function groupsOf(text: string): number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
