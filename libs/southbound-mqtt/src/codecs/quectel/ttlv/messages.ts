import { propertyNames, purposeOf } from '../../special-services.js';
import { UnsendableCommand } from '../../unsendable-command.js';
import type { Dispatch, UnreadableReason } from '../../wire-format-codec.js';
import { decodeFields, encodeFields, type TtlvField } from './fields.js';
import { decodeFrame, encodeFrame, frameCommands, type Read } from './frame.js';
import { numbersOf, toFields, type NumberedType } from './model-fields.js';

/** A frame of this length becomes a JSON text of 100 KB at most. */
const longestAnswer = 16 * 1024;

/**
 * A command as a frame; the packet id is the command's correlation number. Reads carry the numbers of what is asked for, two bytes
 * each; writes carry fields.
 * @throws UnsendableCommand for service calls and raw bytes, whose codes are not known, and for what the model gives no number.
 */
export function encodeCommand(dispatch: Dispatch, types: readonly NumberedType[]): Buffer {
  const { correlation: packetId, parameters } = dispatch;
  try {
    switch (purposeOf(dispatch)) {
      case 'read-properties': {
        const payload = Buffer.concat(numbersOf(propertyNames(dispatch), types).map(sixteenBits));
        return encodeFrame({ packetId, command: frameCommands.read, payload });
      }
      case 'write-properties':
        return encodeFrame({
          packetId,
          command: frameCommands.write,
          payload: encodeFields(toFields(parameters, types)),
        });
      case 'call':
        throw new UnsendableCommand('a service call has no known code in TTLV frames');
      case 'send-raw':
        throw new UnsendableCommand('raw bytes have no known code in TTLV frames');
    }
  } catch (error) {
    if (error instanceof RangeError) throw new UnsendableCommand(`does not fit in a TTLV frame: ${error.message}`);
    throw error;
  }
}

function sixteenBits(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

/** What a device answered: to which packet, and its fields as they came. */
export interface TtlvAnswer {
  readonly packetId: number;
  readonly fields: readonly TtlvField[];
}

/**
 * Reads an answer: to a read (0x0012), or to a write (0x0014, with the packet id of the write). With a reason the packet id, where
 * it could be read. Never throws.
 */
export function decodeAnswer(
  bytes: Buffer,
): Read<TtlvAnswer> | { readonly ok: false; readonly reason: UnreadableReason; readonly packetId: number } {
  if (bytes.length > longestAnswer) return { ok: false, reason: 'too-large' };
  const frame = decodeFrame(bytes);
  if (!frame.ok) return frame;
  const { packetId, command, payload } = frame.value;
  if (packetId === 0) return { ok: false, reason: 'member packetId' };
  if (command !== frameCommands.readAnswer && command !== frameCommands.data) {
    return { ok: false, reason: 'member command', packetId };
  }
  const fields = decodeFields(payload);
  return fields.ok ? { ok: true, value: { packetId, fields: fields.value } } : { ...fields, packetId };
}
