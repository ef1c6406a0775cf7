import type { Device } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';

/** @throws ErrorAnswer 100418 for an unknown device, and for another application's, which looks the same. */
export async function ownDevice(
  { devices }: Pick<NorthboundPorts, 'devices'>,
  deviceId: string,
  applicationId: string,
): Promise<Device> {
  const device = await devices.find(deviceId);
  if (device?.applicationId !== applicationId) throw huaweiError('device-unknown');
  return device;
}

/**
 * "The interval between the current system time and the time when the device went online exceeds the threshold" (Creating Device
 * Commands, 100612). The presence is what the device directory read at most 5 s ago. @throws ErrorAnswer 100612
 */
export function refuseZombie({ silentSince }: Pick<Device, 'silentSince'>, zombieAfterMs: number): void {
  if (silentSince !== null && Date.now() - silentSince > zombieAfterMs) throw huaweiError('device-zombie');
}
