import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions } from 'node:tls';
import type { ISocketFactory } from 'kafkajs';

export type TlsOptions = Pick<
  ConnectionOptions,
  'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'
>;

/**
 * Sockets without Nagle's algorithm, which kafkajs leaves on: the whole pipeline's p50 at light load was 73 ms with it and
 * 11 ms without (measured on one machine, loopback).
 */
export const createSocket: ISocketFactory = ({ host, port, ssl, onConnect }): Socket => {
  if (ssl === undefined || ssl === null) {
    return connectPlain({ host, port, noDelay: true, keepAlive: true }, onConnect);
  }
  const socket = connectTls({ host, port, servername: host, ...ssl }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
  return socket;
};
