import type { ApplicationCredentials, NewApplication, NewDevice, NewProduct } from '@downlink/command-engine';
import type { ApplicationEntry, DeviceEntry, ProductEntry } from './schema.js';

/** An entry's name is its id unless it has one. */
export function newApplication({ id, name, native, huawei, enos, quectel }: ApplicationEntry): NewApplication {
  const credentials: ApplicationCredentials = {
    ...(native && { native }),
    ...(huawei && { huawei }),
    ...(enos && { enos }),
    ...(quectel && { quectel }),
  };
  return { id, name: name ?? id, credentials };
}

export function newProduct({ key, application, name, wireFormat, model, lateAnswers }: ProductEntry): NewProduct {
  return {
    key,
    applicationId: application,
    name: name ?? key,
    wireFormat,
    model: model ?? null,
    ...(lateAnswers !== undefined && { lateAnswers }),
  };
}

/** A device is activated unless it says otherwise. */
export function newDevice({ id, application, product, name, secret, activated }: DeviceEntry): NewDevice {
  return {
    id,
    applicationId: application,
    productKey: product,
    name: name ?? id,
    activated: activated ?? true,
    ...(secret !== undefined && { secret }),
  };
}
