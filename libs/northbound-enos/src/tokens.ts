/** What Nest injects by. */
export const ENOS_PORTS = Symbol('enos ports');
export const ENOS_SETTINGS = Symbol('enos settings');
