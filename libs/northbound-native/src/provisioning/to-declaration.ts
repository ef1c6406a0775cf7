import type {
  ApplicationCredentials,
  NewApplication,
  NewDevice,
  NewProduct,
  ProductModel,
} from '@downlink/command-engine';
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
    model: model ? newModel(model) : null,
    ...(lateAnswers !== undefined && { lateAnswers }),
  };
}

function newModel({ services }: NonNullable<ProductEntry['model']>): ProductModel {
  return {
    services: services.map(({ id, methods }) => ({
      id,
      methods: methods.map(({ name, parameters }) => ({ name, ...(parameters && { parameters }) })),
    })),
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
