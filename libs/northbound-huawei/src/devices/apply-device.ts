import { isFault, type NewDevice } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import type { HuaweiErrorName } from '../errors/error-table.js';

/** Makes or changes one device. @throws ErrorAnswer `taken` when its product has another one of its nodeId */
export async function applyDevice(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  device: NewDevice,
  taken: HuaweiErrorName,
): Promise<void> {
  try {
    await registry.apply({ applications: [], products: [], devices: [device] });
  } catch (error) {
    if (isFault(error) && error.code === 'registry-conflict') throw huaweiError(taken, error.message);
    throw error;
  }
}
