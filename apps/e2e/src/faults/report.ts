import type { FoundBreach } from './broken-promises.js';

/** One line of the table. */
export interface FaultResult {
  readonly fault: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Why it was skipped or could not be done. */
  readonly why?: string;
  readonly times?: number;
  readonly inFlight?: number;
  readonly seconds?: number;
  /** Finished commands a second; accept to end of well-behaved devices, ms. */
  readonly before?: { readonly rate: number; readonly p99Ms: number };
  readonly during?: { readonly rate: number; readonly p99Ms: number };
  readonly recoveryMs?: number | null;
  readonly breaches: readonly FoundBreach[];
}

const SHOWN = 30;

/** The table of all faults, and every breach. */
export function formatFaults(results: readonly FaultResult[]): string {
  const rows = [
    ['fault', 'times', 'in flight', 'seconds', 'rate before', 'during', 'p99 before', 'during', 'recovery', 'breaches'],
    ...results.map(rowOf),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  '),
  );
  return [...lines, ...results.flatMap(wordsOf)].join('\n');
}

function rowOf(result: FaultResult): string[] {
  const { fault, outcome, times, inFlight, seconds, before, during, recoveryMs, breaches } = result;
  const number = (value: number | undefined, digits = 0) => (value === undefined ? '-' : value.toFixed(digits));
  const recovery =
    recoveryMs === null ? 'never' : recoveryMs === undefined ? '-' : `${(recoveryMs / 1_000).toFixed(1)} s`;
  return [
    fault,
    number(times),
    number(inFlight),
    number(seconds),
    number(before?.rate),
    number(during?.rate),
    `${number(before?.p99Ms)} ms`,
    `${number(during?.p99Ms)} ms`,
    recovery,
    outcome === 'skipped' ? 'skipped' : String(breaches.length),
  ];
}

function wordsOf({ fault, why, breaches }: FaultResult): string[] {
  const listed = breaches.slice(0, SHOWN).map(({ rule, text }) => `${fault}: breach of ${rule}: ${text}`);
  const more = breaches.length > SHOWN ? [`${fault}: … and ${breaches.length - SHOWN} more`] : [];
  return [...(why === undefined ? [] : [`${fault}: ${why}`]), ...listed, ...more];
}

/** The line that runners add up. */
export function sumOf(results: readonly FaultResult[]): string {
  const of = (wanted: FaultResult['outcome']) => results.filter(({ outcome }) => outcome === wanted).length;
  return `${of('passed')} passed, ${of('failed')} failed, ${of('skipped')} skipped`;
}
