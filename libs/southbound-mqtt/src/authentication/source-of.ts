import { isIPv6 } from 'node:net';

/** Written within IPv6 by a server that listens to both. */
const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** Whom an address is counted as: an IPv4 address itself, of an IPv6 address the /64, which one customer has to himself. */
export function sourceOf(address: string): string {
  const ipv4 = mapped.exec(address)?.[1];
  if (ipv4 !== undefined || !isIPv6(address)) return ipv4 ?? address;
  const [left = '', right = ''] = address.split('%', 1)[0]!.split('::');
  const head = groupsOf(left);
  const gap = address.includes('::') ? Array.from({ length: 8 - head.length - groupsOf(right).length }, () => '0') : [];
  const network = [...head, ...gap, ...groupsOf(right)].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
