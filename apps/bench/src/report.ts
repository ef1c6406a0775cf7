import type { AcceptFigures } from './accept.bench.js';
import type { DialectFigures } from './dialects.bench.js';
import type { GatewayFigures } from './gateway.bench.js';
import { gatewayRows } from './gateway/gateway-rows.js';
import type { MillionFigures } from './million.bench.js';
import { millionRows } from './million/million-rows.js';
import type { RoundTripFigures } from './round-trip.bench.js';

export interface Report {
  readonly at: string;
  readonly machine: { readonly cores: number; readonly node: string };
  /** Measured seconds of each run, warm-up not counted. */
  readonly seconds: number;
  readonly accept?: AcceptFigures;
  readonly dialects?: DialectFigures;
  readonly roundTrip?: RoundTripFigures;
  readonly gateway?: GatewayFigures;
  readonly million?: MillionFigures;
}

/** The figures as a table for people; the JSON has all of them. */
export function tableOf(report: Report): string {
  const { machine, seconds, accept, dialects, roundTrip, gateway, million } = report;
  const tables = [
    ...(accept || roundTrip ? [aligned(besideBare(report))] : []),
    ...(dialects ? [aligned(dialectRows(dialects))] : []),
    ...(gateway ? [aligned(gatewayRows(gateway))] : []),
    ...(million ? [aligned([['a million waiting', 'downlink', 'target', ''], ...millionRows(million)])] : []),
  ];
  return `\n${machine.cores} cores, Node ${machine.node}, ${seconds} s a run\n\n${tables.join('\n\n')}\n`;
}

function besideBare({ accept, roundTrip }: Report): string[][] {
  const rows: string[][] = [['bench', 'bare', 'downlink', 'downlink ÷ bare']];
  if (accept) {
    rows.push([
      'accept, POST create /s',
      per(accept.bare.perSecond),
      per(accept.product.perSecond),
      ratio(accept.ratio),
    ]);
    rows.push(['accept, p50 / p99 ms', ms(accept.bare), ms(accept.product), '']);
    rows.push(['accept, not 201', String(accept.bare.notCreated), String(accept.product.notCreated), '']);
  }
  if (roundTrip) {
    const { bare, product } = roundTrip;
    rows.push([
      'round trip, saturated /s',
      per(bare.saturated.perSecond),
      per(product.saturated.perSecond),
      ratio(roundTrip.ratio),
    ]);
    rows.push(['round trip, saturated p50 / p99 ms', ms(bare.saturated), ms(product.saturated), '']);
    rows.push([
      'round trip, a tenth p50 / p99 ms',
      ms(bare.tenth),
      ms(product.tenth),
      `p50 ${ratio(roundTrip.p50TenthRatio)}`,
    ]);
    rows.push([
      'round trip, half p50 / p99 ms',
      ms(bare.half),
      ms(product.half),
      `p50 ${ratio(product.half.p50Ms / bare.half.p50Ms)}`,
    ]);
    const lost = (series: typeof bare): string => String(series.saturated.lost + series.tenth.lost + series.half.lost);
    const failed = (series: typeof bare): string =>
      String(series.saturated.failed + series.tenth.failed + series.half.failed);
    rows.push([
      'round trip, failed / lost',
      `${failed(bare)} / ${lost(bare)}`,
      `${failed(product)} / ${lost(product)}`,
      '',
    ]);
  }
  return rows;
}

function dialectRows({ results, ratios }: DialectFigures): string[][] {
  const rows = Object.entries(results).map(([name, result]) => [
    `accept through ${name} /s, p50 / p99 ms`,
    per(result.perSecond),
    ms(result),
    ratio(ratios[name]!),
  ]);
  return [['bench', 'per second', 'p50 / p99', 'dialect ÷ native'], ...rows];
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const per = (value: number): string => Math.round(value).toLocaleString('en');
const ms = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }): string => `${p50Ms.toFixed(1)} / ${p99Ms.toFixed(1)}`;
const ratio = (value: number): string => value.toFixed(2);
