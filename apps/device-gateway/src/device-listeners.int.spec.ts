import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { connect as connectPlain, type Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from '@downlink/runtime';
import { eventually } from '@downlink/testing';
import { openDeviceListeners, type DeviceListeners, type TlsSettings } from './device-listeners.js';
import {
  makeAuthority,
  makeCertificate,
  openCertificateFolder,
  type TestCertificate,
} from './spec-support/certificates.js';

let folder: ReturnType<typeof openCertificateFolder>;
let served: TestCertificate;
let listeners: DeviceListeners | undefined;
let lines: string[];
let names: (string | undefined)[];
const sockets: Socket[] = [];

beforeEach(async () => {
  folder = openCertificateFolder();
  served = await makeCertificate();
  folder.write('cert', served.cert);
  folder.write('key', served.key);
  lines = [];
  names = [];
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await listeners?.close();
  listeners = undefined;
  folder.remove();
});

/** Whoever is let in is answered with what he says. */
async function open(over: Partial<TlsSettings> = {}): Promise<DeviceListeners> {
  const { cert, key } = folder.paths;
  listeners = await openDeviceListeners({
    host: '127.0.0.1',
    port: 0,
    tls: { port: 0, cert, key, clientCertificateRequired: false, reloadEveryMs: 20, ...over },
    handshakeTimeoutMs: 500,
    connected(socket, { commonName }) {
      names.push(commonName);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    },
    logger: createLogger({ service: 'spec', destination: { write: (line) => lines.push(line) } }),
  });
  return listeners;
}

async function device(options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port: listeners!.tlsPort!, rejectUnauthorized: false, ...options });
  sockets.push(socket);
  await once(socket, 'secureConnect');
  return socket;
}

async function answer(socket: Socket): Promise<string> {
  socket.write('ping');
  const [data] = (await once(socket, 'data')) as [Buffer];
  return data.toString();
}

const serialOf = ({ cert }: TestCertificate): string => new X509Certificate(cert).serialNumber;
const serialServed = async (): Promise<string> => (await device()).getPeerCertificate().serialNumber;
const errors = (): string[] => lines.filter((line) => line.includes('"level":"error"'));

describe('the certificate of the device side', () => {
  it('changes with its files, without a restart, and devices that are connected stay so', async () => {
    await open();
    const before = await device();
    expect(before.getPeerCertificate().serialNumber).toBe(serialOf(served));
    const next = await makeCertificate();
    folder.write('cert', next.cert);
    folder.write('key', next.key);
    await eventually(async () => expect(await serialServed()).toBe(serialOf(next)));
    expect(await answer(before)).toBe('ping');
    expect(listeners!.certificateExpiresAt).toBe(Date.parse(new X509Certificate(next.cert).validTo));
  });

  it.each<[string, () => Promise<void>]>([
    ['is not PEM', async () => folder.write('cert', 'half of a certif')],
    ['has another’s key', async () => folder.write('key', (await makeCertificate()).key)],
    ['is gone', async () => rmSync(folder.paths.cert)],
  ])('stays when the new one %s, which the log says once, and a good one is taken afterwards', async (_, spoil) => {
    await open();
    await spoil();
    await eventually(() => expect(errors()).toHaveLength(1));
    expect(await serialServed()).toBe(serialOf(served));
    const mended = await makeCertificate();
    folder.write('cert', mended.cert);
    folder.write('key', mended.key);
    await eventually(async () => expect(await serialServed()).toBe(serialOf(mended)));
    expect(errors().join()).toMatch(/TLS_(CERT|KEY): expected a PEM file that can be used/);
    expect(lines.join()).not.toContain(served.key.split('\n')[1]!);
  });

  it.each(['cert', 'key'] as const)('keeps the process from starting when its %s cannot be used', async (which) => {
    folder.write(which, 'nothing');
    await expect(open()).rejects.toThrow(new RegExp(`^TLS_${which.toUpperCase()}: expected a PEM file`));
  });

  it('is not resumed into after it has changed', async () => {
    await open();
    const first = connect({ host: '127.0.0.1', port: listeners!.tlsPort!, rejectUnauthorized: false });
    sockets.push(first);
    const [session] = (await once(first, 'session')) as [Buffer];
    expect((await device({ session })).isSessionReused()).toBe(true);
    const next = await makeCertificate();
    folder.write('cert', next.cert);
    folder.write('key', next.key);
    await eventually(async () => expect(await serialServed()).toBe(serialOf(next)));
    expect((await device({ session })).isSessionReused()).toBe(false);
  });
});

describe('a client certificate', () => {
  let authority: TestCertificate;
  beforeEach(async () => {
    authority = await makeAuthority('our devices');
    folder.write('clientCa', authority.cert);
  });
  const options = () => ({ clientCa: folder.paths.clientCa });

  it('gives its common name when the authority vouches for it', async () => {
    await open(options());
    expect(await answer(await device(await makeCertificate('device-1', authority)))).toBe('ping');
    expect(names).toEqual(['device-1']);
  });

  it.each<[string, () => Promise<ConnectionOptions>]>([
    ['is missing', async () => ({})],
    ['vouches for itself', () => makeCertificate('device-1')],
    ['is of another authority', async () => makeCertificate('device-1', await makeAuthority('our devices'))],
  ])('says nothing when it %s, and its device may log in otherwise', async (_, presented) => {
    await open(options());
    expect(await answer(await device(await presented()))).toBe('ping');
    expect(names).toEqual([undefined]);
  });

  it('says nothing in a resumed session that began without one', async () => {
    await open(options());
    const first = await device();
    const [session] = (await Promise.all([once(first, 'session'), answer(first)]))[0] as [Buffer];
    const again = await device({ session });
    expect([again.isSessionReused(), await answer(again)]).toEqual([true, 'ping']);
    expect(names).toEqual([undefined, undefined]);
  });

  it('is not asked for where no authority is given', async () => {
    await open();
    await answer(await device(await makeCertificate('device-1', authority)));
    expect(names).toEqual([undefined]);
  });

  it('keeps out who has none, where it is required', async () => {
    await open({ ...options(), clientCertificateRequired: true });
    // In TLS 1.3 the client hears of its refusal only after its own side of the handshake.
    const refused = await device();
    await expect(once(refused, 'close')).rejects.toThrow(/alert|ECONNRESET/i);
    expect(names).toEqual([]);
    await eventually(() => expect(listeners!.handshakeFailures).toBe(1));
    expect(await answer(await device(await makeCertificate('device-1', authority)))).toBe('ping');
  });

  it('is judged by the new authority once its file has changed', async () => {
    await open(options());
    const known = await makeCertificate('device-1', authority);
    folder.write('clientCa', (await makeAuthority('the next')).cert);
    await eventually(async () => {
      await answer(await device(known));
      expect(names.at(-1)).toBeUndefined();
    });
  });
});

describe('the ports of the device side', () => {
  it('are free again after the close, whatever hung on them', async () => {
    const { port, tlsPort, close } = await open();
    const half = connectPlain(tlsPort!, '127.0.0.1');
    const plain = connectPlain(port!, '127.0.0.1');
    sockets.push(half, plain);
    expect(await answer(plain)).toBe('ping');
    const secure = await device();
    const closed = Promise.all([half, plain, secure].map((socket) => once(socket, 'close')));
    await close();
    await closed;
    await expect(once(connectPlain(port!, '127.0.0.1'), 'connect')).rejects.toThrow(/ECONNREFUSED/);
  });

  it('drop a connection that never finishes its handshake, and count it', async () => {
    const { tlsPort } = await open();
    const mute = connectPlain(tlsPort!, '127.0.0.1');
    sockets.push(mute);
    mute.on('error', () => undefined);
    await once(mute, 'close');
    await eventually(() => expect(listeners!.handshakeFailures).toBe(1));
  });

  it('keep a process from starting when they are taken', async () => {
    const { tlsPort } = await open();
    const first = listeners!;
    await expect(open({ port: tlsPort! })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    listeners = first;
  });
});
