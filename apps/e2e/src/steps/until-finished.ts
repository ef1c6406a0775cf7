import { eventually } from '@downlink/testing';
import type { World } from './world.js';

const OPEN = ['PENDING', 'SENT', 'DELIVERED'];

/**
 * Waits until every command to these devices with this callback is final and its end has been told there; gives the commands.
 */
export async function untilFinished(
  { application, receiver }: World,
  deviceIds: readonly string[],
  callbackUrl: string,
  withinMs: number,
): Promise<Record<string, unknown>[]> {
  const commands = await eventually(
    async () => {
      const mine = (await application.commands()).filter(
        (command) => deviceIds.includes(String(command['deviceId'])) && command['callbackUrl'] === callbackUrl,
      );
      const open = mine.filter(({ status }) => OPEN.includes(String(status)));
      if (open.length > 0) throw new Error(`${open.length} of ${mine.length} commands are not finished`);
      return mine;
    },
    { withinMs, everyMs: 500 },
  );
  const ends = commands.map(({ commandId, status }) => `${String(commandId)} ${String(status)}`);
  await eventually(
    () => {
      const told = new Set(receiver.bodies(callbackUrl).map(endOf));
      const missing = ends.filter((end) => !told.has(end));
      if (missing.length > 0) throw new Error(`${missing.length} ends were not told, such as ${missing[0]!}`);
    },
    { withinMs, everyMs: 500 },
  );
  return commands;
}

function endOf(text: string): string {
  const { commandId, result } = JSON.parse(text) as { commandId: string; result: { resultCode: string } };
  return `${commandId} ${result.resultCode}`;
}
