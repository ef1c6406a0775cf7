import type { CommandId } from '@downlink/command-domain';
import type { Outcome, StrayAnswer } from '@downlink/command-engine';
import type { CommandRef, Uplink } from '../codecs/wire-format-codec.js';
import type { ReceivedMessage } from '../receiver/received-message.js';

/** One message and what was made of it. */
export interface Heard {
  readonly message: ReceivedMessage;
  readonly uplink: Uplink;
}

/** Recorded of one batch for one device, and for all devices that do not exist together; the rest is only counted. */
export const STRAYS_PER_DEVICE_AND_BATCH = 100;

/** What a registered device said, as a stray answer; undefined when a command's history has it, or it was no answer at all. */
export function strayOf(
  heard: Heard,
  commandId: CommandId | undefined,
  outcome: Outcome | undefined,
): StrayAnswer | undefined {
  if (!isAnswer(heard.uplink)) return undefined;
  if (outcome?.kind === 'failed') return stray(heard, 'unstorable', true);
  const unknown =
    commandId === undefined || (outcome?.kind === 'rejected' && outcome.rejection.code === 'unknown-command');
  if (!unknown) return undefined;
  return stray(heard, heard.uplink.kind === 'unreadable' ? heard.uplink.reason : 'unknown-command', true);
}

/** What came in the name of a device that does not exist; its presence and telemetry are nobody's. */
export function strayOfStranger(heard: Heard): StrayAnswer | undefined {
  return isAnswer(heard.uplink) ? stray(heard, 'unknown-device', false) : undefined;
}

/** The last ones within the bounds of a batch, in order. */
export function boundStrays(strays: readonly StrayAnswer[]): StrayAnswer[] {
  const counts = new Map<string, number>();
  return strays
    .toReversed()
    .filter(({ deviceId, registered }) => {
      const name = registered ? `device ${deviceId}` : 'strangers';
      const count = (counts.get(name) ?? 0) + 1;
      counts.set(name, count);
      return count <= STRAYS_PER_DEVICE_AND_BATCH;
    })
    .toReversed();
}

function isAnswer({ kind }: Uplink): boolean {
  return kind === 'answered' || kind === 'acknowledged' || kind === 'unreadable';
}

function stray({ message, uplink }: Heard, reason: string, registered: boolean): StrayAnswer {
  const { topic, payload } = message;
  const ref = 'ref' in uplink ? uplink.ref : undefined;
  return { deviceId: uplink.deviceId, registered, reason, reference: referenceOf(ref), topic, payload };
}

function referenceOf(ref: CommandRef | undefined): string | null {
  if (ref === undefined) return null;
  return 'commandId' in ref ? ref.commandId : String(ref.correlation);
}
