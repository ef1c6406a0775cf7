import { parseCommandId, type CommandId } from '@downlink/command-domain';
import type { DeadLetterIntake } from '@downlink/command-engine';
import { FACT_HEADER } from '@downlink/message-contracts';
import type { PoisonRecord } from '../fact-batch.js';

/** As the registry has it: a level of an MQTT topic. */
const DEVICE_ID = /^[^+#/\p{Cc}\u{fffd}]{1,128}$/u;

/**
 * An `onPoison` that hands every dead letter in: it is stored and the lane of its device is blocked before the
 * record counts as handled. The store being away is waited for, by the bus.
 */
export function poisonTo(intake: Pick<DeadLetterIntake, 'receive'>): (record: PoisonRecord) => Promise<void> {
  return async (poison) => {
    const { origin, recordedAt, group, attempts, error, key } = poison;
    const record = poison.raw();
    await intake.receive({
      origin: { ...origin, recordedAt },
      group,
      deviceId: DEVICE_ID.test(key) ? key : null,
      commandId: commandIdOf(poison),
      attempts,
      error,
      record,
    });
  };
}

/** From the headers if they can be read, otherwise from the one that says it. */
function commandIdOf({ headers, raw }: PoisonRecord): CommandId | null {
  if (headers !== undefined) return headers.commandId;
  const stated = raw().headers.findLast(([name]) => name === FACT_HEADER.commandId);
  return (stated && parseCommandId(Buffer.from(stated[1]).toString())) ?? null;
}
