import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { UpstreamBroker } from '../ports.js';

/** All connections to the broker are read into the same memory: what is read is looked at and copied before the next read. */
const readRoom = Buffer.allocUnsafeSlow(65_536);
const keepAliveMs = 60_000;

/** Called for what was read, with the socket as `this`; the bytes are valid during the call only. */
export type OnRead = (this: Socket, bytes: Buffer) => void;

/** Makes what begins to connect to the broker; each connection that it makes reads into `onRead`. */
export function upstreamOpener({ host, port, tls }: UpstreamBroker, onRead: OnRead): () => Socket {
  if (tls !== undefined) {
    return () =>
      connectTls({ host, port, ...tls })
        .setNoDelay(true)
        .setKeepAlive(true, keepAliveMs)
        .on('data', onRead);
  }
  const callback = function (this: unknown, length: number): boolean {
    // Node calls it as a method of the socket.
    onRead.call(this as Socket, readRoom.subarray(0, length));
    return true;
  };
  const onread = { buffer: readRoom, callback };
  return () => connectPlain({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs, onread });
}
