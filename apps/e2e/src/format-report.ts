import { NOT_CHECKED_HERE, type RuleReport } from '@downlink/store-postgres';

/** Breaches of one rule that are printed one by one. */
const SHOWN = 50;

/** The report for a terminal: a table of rules, what is not checked here, and every breach. */
export function formatReport(reports: readonly RuleReport[]): string {
  const titles = Math.max(...reports.map(({ title }) => title.length));
  const table = reports.map(({ rule, title, checked, breaches, note }) =>
    [rule.padEnd(6), title.padEnd(titles), String(checked).padStart(9), String(breaches.length).padStart(9), note ?? '']
      .join('  ')
      .trimEnd(),
  );
  const heading = ['rule  ', 'what holds'.padEnd(titles), '  checked', ' breaches'].join('  ');
  const elsewhere = NOT_CHECKED_HERE.map(({ rule, why }) => `${rule.padEnd(6)}  not checked here: ${why}`);
  return [heading, ...table, ...elsewhere, ...reports.flatMap(listBreaches), verdict(reports)].join('\n');
}

function listBreaches({ breaches }: RuleReport): string[] {
  const lines = breaches.slice(0, SHOWN).map(({ rule, subject, detail }) => `breach of ${rule}: ${subject}: ${detail}`);
  return breaches.length > SHOWN ? [...lines, `… and ${breaches.length - SHOWN} more`] : lines;
}

function verdict(reports: readonly RuleReport[]): string {
  const breaches = reports.reduce((sum, report) => sum + report.breaches.length, 0);
  return breaches === 0 ? 'every rule holds' : `${breaches} breaches`;
}
