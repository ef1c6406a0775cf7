/** What Nest injects by. */
export const NATIVE_PORTS = Symbol('native ports');
export const NATIVE_SETTINGS = Symbol('native settings');
/** The OpenAPI document, as JSON text. */
export const NATIVE_OPENAPI = Symbol('native OpenAPI document');
