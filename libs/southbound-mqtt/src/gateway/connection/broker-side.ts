import type { Socket } from 'node:net';

/** Who is in charge of a connection to the broker. */
export interface BrokerSide {
  /** The broker has sent this; the bytes are valid during the call only. */
  brokerSent(bytes: Buffer): void;
  /** A bug: something was thrown by what the broker has sent. */
  brokerBroke(error: unknown): void;
  brokerDrained(): void;
  /** The connection is over, or never came about. */
  brokerClosed(error: Error | undefined): void;
}

const inCharge = Symbol('in charge');
const failure = Symbol('failure');
interface BrokerSocket extends Socket {
  [inCharge]?: BrokerSide;
  [failure]?: Error;
}

export function onBrokerRead(this: BrokerSocket, bytes: Buffer): void {
  try {
    this[inCharge]?.brokerSent(bytes);
  } catch (error) {
    this[inCharge]?.brokerBroke(error);
  }
}

function onDrain(this: BrokerSocket): void {
  this[inCharge]?.brokerDrained();
}

function onError(this: BrokerSocket, error: Error): void {
  this[failure] = error;
}

function onClose(this: BrokerSocket): void {
  this[inCharge]?.brokerClosed(this[failure]);
}

/** Listens to a connection to the broker; what is read comes by `onBrokerRead`. */
export function listenTo(socket: BrokerSocket, side: BrokerSide): void {
  socket[inCharge] = side;
  socket.on('error', onError).on('drain', onDrain).on('close', onClose);
}
