/** What Nest injects by. */
export const QUECTEL_PORTS = Symbol('quectel ports');
export const QUECTEL_SETTINGS = Symbol('quectel settings');
