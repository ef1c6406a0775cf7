import type { GatewayFigures } from '../gateway.bench.js';
import type { HopSeries } from './hop.js';

const per = (value: number): string => Math.round(value).toLocaleString('en');
const ms = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }): string => `${p50Ms.toFixed(2)} / ${p99Ms.toFixed(2)}`;
const ratio = (value: number): string => value.toFixed(2);
const cores = (used: Readonly<Record<string, number>>): string =>
  Object.entries(used)
    .map(([part, share]) => `${part} ${share.toFixed(2)}`)
    .join(', ');

/** Where the time of the processors goes, which other programs on the machine do not change. */
const micros = ({ cores: used, saturated }: HopSeries): string =>
  Object.entries(used)
    .map(([part, share]) => `${part} ${((share / saturated.perSecond) * 1_000_000).toFixed(0)}`)
    .join(', ');

/** What a gateway costs: first without it, then with it, the ratio, and what it may be. */
export function gatewayRows({ hop, product, memory, storm }: GatewayFigures): string[][] {
  return [
    ['device gateway', 'without', 'with', 'ratio', 'target'],
    [
      'QoS 1 round trips at the broker /s',
      per(hop.bare.saturated.perSecond),
      per(hop.gateway.saturated.perSecond),
      ratio(hop.ratio),
      '≥ 0.60',
    ],
    ['  cores used', cores(hop.bare.cores), cores(hop.gateway.cores), '', ''],
    ['  processor µs a round trip', micros(hop.bare), micros(hop.gateway), '', ''],
    ['  a tenth, p50 / p99 ms', ms(hop.bare.tenth), ms(hop.gateway.tenth), `p50 ${ratio(hop.p50Ratio)}`, 'p50 ≤ 1.25'],
    [
      '  lost',
      String(hop.bare.saturated.lost + hop.bare.tenth.lost),
      String(hop.gateway.saturated.lost + hop.gateway.tenth.lost),
      '',
      '0',
    ],
    [
      'REST → webhook, a tenth, p50 / p99 ms',
      ms(product.direct.tenth),
      ms(product.gateway.tenth),
      `p50 ${ratio(product.p50Ratio)}`,
      'p50 ≤ 1.25',
    ],
    [
      'REST → webhook, saturated /s',
      per(product.direct.saturated.perSecond),
      per(product.gateway.saturated.perSecond),
      ratio(product.ratio),
      '',
    ],
    [
      '  failed / lost',
      lost(product.direct.saturated, product.direct.tenth),
      lost(product.gateway.saturated, product.gateway.tenth),
      '',
      '0 / 0',
    ],
    [
      `${per(memory.devices)} idle devices in one gateway (${per(memory.openFiles)} open files), MiB`,
      (memory.beforeKiB / 1024).toFixed(0),
      (memory.afterKiB / 1024).toFixed(0),
      `${memory.kiBPerDevice.toFixed(1)} KiB each`,
      '≤ 40 KiB each',
    ],
    [
      `storm: ${per(storm.devices)} devices back after s (half / all)`,
      '',
      `${storm.halfSeconds.toFixed(1)} / ${storm.seconds.toFixed(1)}`,
      '',
      '≤ 30',
    ],
    ['  tries made again; cores used', '', `${per(storm.retries)}; ${cores(storm.cores)}`, '', ''],
    ['  commands to others meanwhile, p50 / p99 ms', '', ms(storm.commands), '', ''],
    ['  of them failed / lost', '', `${lost(storm.commands)} of ${per(storm.commands.completed)}`, '', '0 / 0'],
  ];
}

function lost(...runs: readonly { readonly failed: number; readonly lost: number }[]): string {
  const sum = (figure: 'failed' | 'lost'): number => runs.reduce((total, run) => total + run[figure], 0);
  return `${String(sum('failed'))} / ${String(sum('lost'))}`;
}
