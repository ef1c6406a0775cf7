export { callbackBody, CALLBACK_DEFAULTS, type CallbackOptions } from './callback-body.js';
export { huaweiFace } from './face.js';
export { HuaweiModule } from './huawei.module.js';
export { HUAWEI_DEFAULTS, type HuaweiOptions } from './settings.js';
export { huaweiStatus, type HuaweiStatus } from './status-map.js';
