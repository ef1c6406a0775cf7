export { importEnosThingModel } from './model/import-enos-thing-model.js';
export { enosFaces } from './face.js';
export { EnosModule } from './enos.module.js';
export { ENOS_DEFAULTS, type EnosOptions } from './settings.js';
export { enosState, type EnosState } from './status-map.js';
