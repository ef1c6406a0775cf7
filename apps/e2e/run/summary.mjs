import { existsSync, readFileSync } from 'node:fs';

/** Says what ran, on which real servers, what was skipped and why, and as its last line the sum. Gives whether nothing failed. */
export function printSummary(results, serversReport) {
  console.log('\n── summary ──');
  for (const { name, seconds, passed, failed, skipped = 0 } of results) {
    const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`;
    console.log(`${name.padEnd(22)} ${seconds.toFixed(1).padStart(7)} s   ${counts}`);
  }
  console.log(`\nreal servers used:${list(usedServers(serversReport), 'none')}`);
  const notes = results.flatMap((result) => result.notes ?? []);
  const heading = process.env.DOWNLINK_NO_SKIP === '1' ? 'skipped (counted as failed)' : 'skipped';
  console.log(`${heading}:${list(notes, 'nothing')}\n`);
  const sum = (of) => results.reduce((total, result) => total + (result[of] ?? 0), 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('failed') === 0 && sum('passed') > 0;
}

function usedServers(report) {
  if (!existsSync(report)) return [];
  const lines = readFileSync(report, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const servers = lines
    .map((line) => JSON.parse(line))
    .map(({ server, version, how }) => `${server} ${version} (${how})`);
  return [...new Set(servers)].sort();
}

const list = (items, none) => (items.length === 0 ? ` ${none}` : items.map((item) => `\n  ${item}`).join(''));
