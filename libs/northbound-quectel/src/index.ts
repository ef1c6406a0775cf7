export { callbackBody, SILENT_EVENTS } from './callback-body.js';
export { quectelFace } from './face.js';
export { QuectelModule } from './quectel.module.js';
export { QUECTEL_DEFAULTS, type QuectelOptions } from './settings.js';
export { sendStatus, type SendStatus } from './status-map.js';
export { importQuectelTsl } from './tsl/import-quectel-tsl.js';
