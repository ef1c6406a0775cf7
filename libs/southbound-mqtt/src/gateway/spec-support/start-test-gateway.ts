import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { WireFormat } from '../../codecs/wire-format-codec.js';
import { wireFormats } from '../../codecs/wire-formats.js';
import { collectingLogger, type LogLine } from '../../spec-support/collecting-logger.js';
import { DeviceGateway } from '../device-gateway.js';
import type { Admission, ConnectingDevice, GatewayOptions } from '../ports.js';

export interface TestGateway {
  /** `mqtt://127.0.0.1:port` */
  url: string;
  port: number;
  gateway: DeviceGateway;
  /** `online d1 1`, `offline d1 1`, … in the order in which they came. */
  presence: string[];
  lines: LogLine[];
  /** The gateway's side of the devices' connections, in the order in which they came. */
  sockets: Socket[];
  stop(): Promise<void>;
}

let lastEpoch = 0;

/**
 * The user name is the device's id and begins with its wire format (`native-1`); the password is `secret`. A client id, if any,
 * must be the device's. The product is `pk`, services of EnOS devices are `open` and `close`.
 */
export function testAdmission({ clientId, username, password }: ConnectingDevice): Admission {
  const wireFormat = Object.keys(wireFormats).find((name): name is WireFormat => username?.startsWith(name) === true);
  if (wireFormat === undefined || username === undefined) return { kind: 'refused', reason: 'unknown' };
  if (password?.toString() !== 'secret') return { kind: 'refused', reason: 'wrong-password' };
  if (clientId !== '' && clientId !== username) return { kind: 'refused', reason: 'client-id' };
  const device = { deviceId: username, productKey: 'pk', deviceKey: username };
  lastEpoch += 1;
  const subscriptions = wireFormats[wireFormat].subscriptionsFor(device, ['open', 'close']);
  return { kind: 'admitted', device: { wireFormat, device, epoch: lastEpoch, subscriptions } };
}

/** A gateway on a port of its own in front of a broker without passwords. */
export async function startTestGateway(
  brokerPort: number,
  options: Partial<GatewayOptions> = {},
): Promise<TestGateway> {
  const logger = collectingLogger();
  const presence: string[] = [];
  const gateway = new DeviceGateway({
    upstream: { host: '127.0.0.1', port: brokerPort },
    authenticator: { authenticate: (connecting) => Promise.resolve(testAdmission(connecting)) },
    presence: {
      online: (deviceId, epoch) => void presence.push(`online ${deviceId} ${String(epoch)}`),
      offline: (deviceId, epoch) => void presence.push(`offline ${deviceId} ${String(epoch)}`),
    },
    logger,
    ...options,
  });
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    gateway.handle(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `mqtt://127.0.0.1:${String(port)}`,
    port,
    gateway,
    presence,
    lines: logger.lines,
    sockets,
    async stop() {
      const stopped = new Promise<void>((resolve) => server.close(() => resolve()));
      await gateway.close();
      await stopped;
    },
  };
}
