export { nativeFace, nativeFaceOf } from './face.js';
export { NativeModule } from './native.module.js';
export { parseProvision, ProvisionError } from './provisioning/parse-provision.js';
export { BATCH_BODY_LIMIT, NATIVE_DELIVERY, type NativeOptions } from './settings.js';
export type { FieldError } from './errors/problem.js';
