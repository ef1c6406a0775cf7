/** For device makers: a client that does what the platform expects of a good device. */
export { Device, type DeviceOptions } from './device.js';
export { CommandFailed, type Answer, type Command } from './command.js';
export type { DeviceEvent, OnEvent } from './events.js';
export { failureCodes, type Handler } from './handlers.js';
export type { JsonValue } from './json.js';
export { defaultBackoff, type Backoff } from './backoff.js';
export type { TlsOptions } from './session.js';
export type { DeviceFormat, Identity, Message } from './formats/device-format.js';
export { nativeFormat } from './formats/native.js';
export type { ExecutionMemory, Remembered } from './memory/execution-memory.js';
export { FileMemory } from './memory/file-memory.js';
export { VolatileMemory } from './memory/volatile-memory.js';
