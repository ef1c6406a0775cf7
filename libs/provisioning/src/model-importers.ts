import { importEnosThingModel } from '@downlink/northbound-enos';
import { importHuaweiProfile } from '@downlink/northbound-huawei';
import type { ModelImporters } from '@downlink/northbound-kit';
import { importQuectelTsl } from '@downlink/northbound-quectel';

/** How each vendor's own export of a model is read, by whoever takes declarations. */
export const modelImporters: ModelImporters = {
  enos: importEnosThingModel,
  huawei: importHuaweiProfile,
  quectel: importQuectelTsl,
};
