import { ENOS } from './enos.js';
import { HUAWEI } from './huawei.js';
import type { Catalogue } from './ids.js';
import { NATIVE } from './native.js';
import { QUECTEL } from './quectel.js';

/** Calls of every route of the command API. Whoever adds a route adds them here: the specs fail until then. */
export const CATALOGUE: Catalogue = { ...NATIVE, ...HUAWEI, ...ENOS, ...QUECTEL };

export type { Catalogue, Entry, Ids } from './ids.js';
