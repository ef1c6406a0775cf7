import type { CommandId, CommandRequest, DeviceId } from '@downlink/command-domain';
import { correlationOf } from '@downlink/command-engine';
import { UnsendableCommand } from '../codecs/unsendable-command.js';
import type { EncodedDispatch, WireFormat, WireFormatCodec } from '../codecs/wire-format-codec.js';
import { wireFormats } from '../codecs/wire-formats.js';
import type { AddressedDevice, DeviceDirectory } from './device-directory.js';

/** An attempt that has started, as the fact `AttemptStarted` tells it. */
export interface StartedAttempt {
  readonly commandId: CommandId;
  readonly deviceId: DeviceId;
  readonly attempt: number;
  /** ms since 1970, database time; it is not published at or after this instant. */
  readonly waitUntil: number;
  readonly lanePosition: number;
  readonly request: CommandRequest;
}

/**
 * Where the devices of these attempts are spoken to; same length and order, undefined for a device that is there no more. Without
 * a query for formats that go by the device id.
 * @throws Fault (retryable) when the store is away.
 */
export async function addressesOf(
  attempts: readonly StartedAttempt[],
  directory: Pick<DeviceDirectory, 'addressesOf'>,
): Promise<readonly (AddressedDevice | undefined)[]> {
  const keyed = attempts.filter(({ request }) => codecOf(request.wireFormat)?.addressedBy === 'keys');
  if (keyed.length === 0) return attempts.map(({ deviceId }) => addressOf(deviceId));
  const found = await directory.addressesOf(keyed.map(({ deviceId }) => deviceId));
  const byAttempt = new Map(keyed.map((attempt, index) => [attempt, found[index]]));
  return attempts.map((attempt) => (byAttempt.has(attempt) ? byAttempt.get(attempt) : addressOf(attempt.deviceId)));
}

function addressOf(deviceId: DeviceId): AddressedDevice {
  return { device: { deviceId, productKey: '', deviceKey: null } };
}

/** What goes out, or why nothing can. */
export function encodeAttempt(
  { commandId, attempt, waitUntil, lanePosition, request }: StartedAttempt,
  address: AddressedDevice | undefined,
): EncodedDispatch | UnsendableCommand {
  const codec = codecOf(request.wireFormat);
  if (codec === undefined) return new UnsendableCommand('no codec for this wire format');
  if (address === undefined) return new UnsendableCommand('the device has no address');
  const { service, method, parameters } = request;
  const correlation = correlationOf(lanePosition);
  try {
    return codec.encode({
      ...address,
      commandId,
      attempt,
      deadline: waitUntil,
      service,
      method,
      parameters,
      correlation,
    });
  } catch (error) {
    if (error instanceof UnsendableCommand) return error;
    throw error;
  }
}

function codecOf(name: string): WireFormatCodec | undefined {
  return Object.hasOwn(wireFormats, name) ? wireFormats[name as WireFormat] : undefined;
}
