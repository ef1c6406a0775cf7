import type { Socket } from 'node:net';

/** Who is in charge of a device's socket at the moment. */
export interface DeviceSide {
  /** The device has sent this; it may be kept. */
  deviceSent(bytes: Buffer): void;
  /** All that was written to the device has gone out. */
  deviceDrained(): void;
  /** A bug: something was thrown by what the device has sent. Others must not suffer. */
  deviceBroke(error: unknown): void;
  /** The connection is over, for whatever reason. */
  deviceClosed(): void;
}

const inCharge = Symbol('in charge');
interface DeviceSocket extends Socket {
  [inCharge]?: DeviceSide;
}

// One function each for all connections: ten thousand devices must not mean thirty thousand closures.
function onData(this: DeviceSocket, bytes: Buffer): void {
  try {
    this[inCharge]?.deviceSent(bytes);
  } catch (error) {
    this[inCharge]?.deviceBroke(error);
  }
}

function onDrain(this: DeviceSocket): void {
  this[inCharge]?.deviceDrained();
}

function onClose(this: DeviceSocket): void {
  this[inCharge]?.deviceClosed();
}

/** A broken connection is an ordinary end: 'close' follows. */
function onError(): void {
  return;
}

/** Listens to a device's socket, which begins to be read. */
export function listenTo(socket: Socket, side: DeviceSide): void {
  putInCharge(socket, side);
  socket.on('error', onError).on('drain', onDrain).on('close', onClose).on('data', onData);
}

/** Somebody else hears of the socket from now on. */
export function putInCharge(socket: DeviceSocket, side: DeviceSide): void {
  socket[inCharge] = side;
}
