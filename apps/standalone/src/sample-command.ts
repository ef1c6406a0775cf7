import { setTimeout as pause } from 'node:timers/promises';
import { DEMO_SERVICE } from './demo.js';

interface HistoryEntry {
  readonly type: string;
  readonly at: string;
  readonly attempt?: number;
}

const PATIENCE_MS = 15_000;

/** Sends the demo device a command over the native API, as any application would, and returns its history once it is over. */
export async function sendSampleCommand(
  base: string,
  key: string,
  deviceId: string,
): Promise<{ id: string; events: HistoryEntry[] }> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const { id: service, method, parameters } = DEMO_SERVICE;
  const body = JSON.stringify({ deviceId, service, method, parameters });
  const created = await fetch(`${base}/v1/commands`, { method: 'POST', headers, body });
  const command = (await created.json()) as { id: string };
  if (created.status !== 201)
    throw new Error(`the sample command was refused: ${created.status} ${JSON.stringify(command)}`);
  for (const end = performance.now() + PATIENCE_MS; ; await pause(20)) {
    const { status } = (await (await fetch(`${base}/v1/commands/${command.id}`, { headers })).json()) as {
      status: string;
    };
    if (status === 'succeeded' || performance.now() > end) break;
  }
  const history = await fetch(`${base}/v1/commands/${command.id}/history`, { headers });
  const { events } = (await history.json()) as { events: HistoryEntry[] };
  return { id: command.id, events };
}

/** The events as lines for a person: time of day, ms since acceptance, what happened. */
export function timeline(events: readonly HistoryEntry[]): string {
  const start = Date.parse(events[0]?.at ?? '');
  return events
    .map(({ at, type, attempt }) => {
      const after = `+${Date.parse(at) - start} ms`.padStart(9);
      return `  ${at.slice(11, 23)} ${after}  ${type}${attempt === undefined ? '' : ` (attempt ${attempt})`}`;
    })
    .join('\n');
}
