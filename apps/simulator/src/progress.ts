import { summaryOf, type FleetCounters } from './counters.js';

const TERMINAL_MS = 500;
const LOG_MS = 5_000;

/**
 * Tells how a run goes: one line that is written over on a terminal, else a line every few seconds while something changes.
 * @returns ends it
 */
export function showProgress(out: NodeJS.WriteStream, counters: FleetCounters): () => void {
  let last = '';
  const show = (): void => {
    const line = summaryOf(counters);
    if (line === last) return;
    last = line;
    out.write(out.isTTY ? `\r\x1b[K${line}` : `${line}\n`);
  };
  const ticker = setInterval(show, out.isTTY ? TERMINAL_MS : LOG_MS);
  return () => {
    clearInterval(ticker);
    if (out.isTTY && last !== '') out.write('\r\x1b[K');
  };
}
