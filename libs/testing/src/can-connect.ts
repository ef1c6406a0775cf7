import { connect } from 'node:net';

/** Resolves when something on 127.0.0.1 accepts a TCP connection on `port`; rejects when nothing does. */
export function canConnect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
  });
}
