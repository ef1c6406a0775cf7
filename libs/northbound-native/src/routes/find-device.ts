import type { Device } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { sees, type Caller } from '../authentication.js';
import { problem } from '../errors/problem.js';

/** The device as the registry has it now. @throws ErrorAnswer `unknown-device`, also for one of another application */
export async function findDevice(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  id: string,
  caller: Caller,
): Promise<Device> {
  const device = (await registry.devices([id])).get(id);
  if (device === undefined || !sees(caller, device.applicationId)) throw problem('unknown-device');
  return device;
}
