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
