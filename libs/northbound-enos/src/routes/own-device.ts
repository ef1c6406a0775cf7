import type { Application, Device } from '@downlink/command-engine';
import { nameWithin, type NorthboundPorts } from '@downlink/northbound-kit';
import { enosError, invalidArgument } from '../errors/error-answer.js';
import type { DeviceSelector } from '../wire/query.js';

type Directories = Pick<NorthboundPorts, 'devicesByAsset' | 'devicesByKey'>;

/**
 * The device that a call names (EnOS, How to specify a device); where it names one in both ways they must agree.
 * @throws ErrorAnswer 99400 where it names none, 99404 for an unknown device and for another application's, which looks the same
 */
export async function ownDevice(ports: Directories, selector: DeviceSelector, owner: Application): Promise<Device> {
  const { assetId, productKey, deviceKey } = selector;
  if (assetId === undefined && (productKey === undefined || deviceKey === undefined)) {
    throw invalidArgument('assetId', 'assetId is missing, and so is productKey or deviceKey');
  }
  const device =
    assetId === undefined
      ? await ports.devicesByKey.find(nameWithin(productKey!, deviceKey!))
      : await ports.devicesByAsset.find(nameWithin(owner.id, assetId));
  if (device === undefined || device.applicationId !== owner.id || !fits(device, selector))
    throw enosError('not-found');
  return device;
}

/** Whatever is given must be the device's. */
function fits(device: Device, { assetId, productKey, deviceKey }: DeviceSelector): boolean {
  return (
    (assetId ?? device.assetId) === device.assetId &&
    (productKey ?? device.productKey) === device.productKey &&
    (deviceKey ?? device.key) === device.key
  );
}
