import type { MillionFigures } from '../million.bench.js';

/** Targets of "a million waiting". */
const ACCEPT_AT_LEAST = 0.8;
const P99_AT_MOST = 1.2;
const LATE_P99_BELOW_MS = 1_000;
const RESTART_BELOW_MS = 30_000;
const MEMORY_BELOW_MIB = 300;

/** What was measured, the target, and whether it was met: the rows of the table. */
export function millionRows(million: MillionFigures): string[][] {
  const { fill, accept, restart, lateness, memoryMiB } = million;
  const row = (what: string, figure: string, target = '', met?: boolean): string[] => [
    what,
    figure,
    target,
    met === undefined ? '' : met ? 'met' : 'MISSED',
  ];
  const both = ({ p50Ms, p99Ms }: { p50Ms: number; p99Ms: number }): string => `${p50Ms} / ${p99Ms}`;
  return [
    row(`${whole(million.commands)} queued for ${whole(million.devices)} devices, filled /s`, whole(fill.perSecond)),
    row('database, MiB', whole(million.databaseMiB)),
    row(
      'accept /s: empty, full, empty again',
      [accept.empty, accept.full, accept.emptyAgain].map(({ perSecond }) => whole(perSecond)).join(', '),
    ),
    row(
      'accept, full ÷ empty',
      million.acceptRatio.toFixed(2),
      `≥ ${ACCEPT_AT_LEAST}`,
      million.acceptRatio >= ACCEPT_AT_LEAST,
    ),
    row(
      'accept p50 / p99 ms: empty, full, empty again',
      [accept.empty, accept.full, accept.emptyAgain].map(both).join(', '),
    ),
    row(
      'accept p99, full ÷ empty',
      million.acceptP99Ratio.toFixed(2),
      `≤ ${P99_AT_MOST}`,
      million.acceptP99Ratio <= P99_AT_MOST,
    ),
    row(
      'accept, not 201: empty, full, empty again',
      [accept.empty, accept.full, accept.emptyAgain].map(({ notCreated }) => String(notCreated)).join(', '),
    ),
    ...lateness.flatMap((late) => [
      row(
        `${whole(late.due)} due in 10 s, ${late.schedulers} scheduler(s): late p50 / p99 / max ms`,
        `${late.p50Ms} / ${late.p99Ms} / ${late.maxMs}`,
        `p99 < ${LATE_P99_BELOW_MS}`,
        late.p99Ms < LATE_P99_BELOW_MS && late.expired === late.due && late.early === 0,
      ),
      row(
        '  expired, early, facts all out after the last, ms',
        `${whole(late.expired)}, ${late.early}, ${late.factsBehindMs === null ? 'not within 60 s' : whole(late.factsBehindMs)}`,
      ),
    ]),
    row(
      'restart of all services: ready / answered, s',
      `${(restart.readyMs / 1_000).toFixed(1)} / ${(restart.fullWorkMs / 1_000).toFixed(1)}`,
      `< ${RESTART_BELOW_MS / 1_000}`,
      restart.fullWorkMs < RESTART_BELOW_MS,
    ),
    ...Object.entries(memoryMiB).map(([name, mib]) =>
      row(`${name}, most resident memory, MiB`, whole(mib), `< ${MEMORY_BELOW_MIB}`, mib < MEMORY_BELOW_MIB),
    ),
  ];
}

const whole = (value: number): string => Math.round(value).toLocaleString('en');
