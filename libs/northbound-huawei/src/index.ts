export { callbackBody, CALLBACK_DEFAULTS, type CallbackOptions } from './callback-body.js';
export { huaweiFace } from './face.js';
export { HuaweiModule } from './huawei.module.js';
export { importHuaweiProfile } from './profile/import-huawei-profile.js';
export { SIGNALTRANS_SILENT, signaltransNotices, type SignaltransNotice } from './signaltrans/notices.js';
export { SIGNALTRANS_FORMAT } from './signaltrans/signaltrans-data.js';
export { HUAWEI_DEFAULTS, type HuaweiOptions } from './settings.js';
export { huaweiStatus, type HuaweiStatus } from './status-map.js';
