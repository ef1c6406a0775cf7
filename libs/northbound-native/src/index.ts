export { nativeFace, nativeFaceOf } from './face.js';
export { NativeModule } from './native.module.js';
export type { MadeSecrets } from './provisioning/made-secrets.js';
export { parseEntries, parseProvision } from './provisioning/parse-provision.js';
export { ProvisionError } from './provisioning/provision-error.js';
export { provision, type Provisioned, type ProvisionOptions } from './provisioning/provision.js';
export { BATCH_BODY_LIMIT, NATIVE_DELIVERY, type NativeOptions } from './settings.js';
export type { FieldError } from './errors/problem.js';
