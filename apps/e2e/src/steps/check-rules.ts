import { reportInvariants } from '@downlink/store-postgres';
import { formatReport } from '../format-report.js';
import type { System } from '../system/system.js';

/** The rules that always hold, on everything that the spec file has left behind. @throws Error with the whole report */
export async function checkRules(system: System, wires: readonly string[], slackMs = 5_000): Promise<void> {
  const reports = await reportInvariants({ databaseUrl: system.databaseUrl, wires, slackMs });
  if (reports.some(({ breaches }) => breaches.length > 0)) throw new Error(`\n${formatReport(reports)}`);
}
