import { appendFileSync } from 'node:fs';
import { environment } from '../environment.js';

/** One line of the test run's last words: which real server was used, which version, and how it was had. */
export interface UsedServer {
  server: string;
  version: string;
  how: string;
}

/** Notes that a real server was started or used. Without a report file (outside `npm test`) it does nothing. */
export function reportServer(used: UsedServer): void {
  const file = environment.serversReport();
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(used)}\n`);
}
