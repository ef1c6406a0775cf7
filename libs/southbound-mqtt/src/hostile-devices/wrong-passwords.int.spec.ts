import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, eventually, wrongPasswords } from '@downlink/testing';
import { RegistryAuthenticator } from '../authentication/registry-authenticator.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { enos, huawei, native, type Said } from '../spec-support/device-connects.js';
import { openDeviceInstallation, type DeviceInstallation } from '../spec-support/device-installation.js';
import { secretOf, startGatewayUnderAttack, type GatewayUnderAttack } from './spec-support/gateway-under-attack.js';
import { RawClient, type Version } from './spec-support/raw-client.js';
import { serveWellBehavedDevice, WELL_BEHAVED } from './spec-support/well-behaved-device.js';

const tries = wrongPasswords();
const AT_ONCE = 32;
const BYSTANDER = 'bystander';
const SECRET = 'the-genuine-secret';

/** How somebody who knows a device's name and not its secret logs in, in each wire format; and one who makes up the name, too. */
const GUESSES: readonly ((secret: string, n: number) => Said)[] = [
  (secret) => native('target-native', secret),
  (secret) => huawei('target-huawei', secret),
  (secret) => enos('target-enos', secret),
  (secret) => ({ clientId: 'q/target-quectel', username: 'q/target-quectel', password: secret }),
  (secret, n) => native(`nobody-${String(n)}`, secret),
];

let installation: DeviceInstallation;
let attacked: GatewayUnderAttack;

/** Half of them come from one address, the others from all over a network, where there is one to come from. */
function addressOf(n: number): string {
  if (process.platform !== 'linux' || n % 2 === 0) return '127.0.0.1';
  return `127.${String(1 + (n % 200))}.${String((n >> 3) % 250)}.7`;
}

async function attempt(said: Said, protocolVersion: Version, localAddress: string): Promise<number | undefined> {
  const { clientId = '', username, password = '' } = said;
  const { client, connack } = await RawClient.connect(
    attacked.port,
    { clientId, ...(username === undefined ? {} : { username }), password: Buffer.from(password), protocolVersion },
    localAddress,
  );
  if (connack?.returnCode !== 0 && connack?.reasonCode !== 0) await client.closed();
  client.destroy();
  return connack?.reasonCode ?? connack?.returnCode;
}

describeWithServers(['mosquitto'], `${String(tries)} wrong passwords`, () => {
  beforeAll(async () => {
    installation = await openDeviceInstallation();
    await installation.declare([
      { id: 'target-native', productKey: 'n', secret: SECRET },
      { id: 'target-huawei', productKey: 'h', secret: SECRET },
      { id: 'target-e', productKey: 'e', key: 'target-enos', secret: SECRET },
      { id: 'target-q', productKey: 'q', key: 'target-quectel', secret: SECRET },
      { id: WELL_BEHAVED.device.deviceId, productKey: 'n', secret: secretOf(WELL_BEHAVED.device) },
      { id: BYSTANDER, productKey: 'n', secret: SECRET },
    ]);
    const { registry } = installation.store;
    const authenticator = new RegistryAuthenticator({ registry, logger: collectingLogger() });
    attacked = await startGatewayUnderAttack(authenticator, { connectsPerSecond: 100_000, connectBurst: 100_000 });
  });
  afterAll(async () => {
    await attacked.stop();
    await installation.close();
  });

  it('are refused and counted, while genuine devices are served and let in', async () => {
    const service = await serveWellBehavedDevice(attacked);
    expect(await attempt(native(BYSTANDER, SECRET), 4, '127.0.0.1')).toBe(0);

    let next = 0;
    const codes: (number | undefined)[] = [];
    const guesser = async (): Promise<void> => {
      while (next < tries) {
        const n = next++;
        const guess = GUESSES[n % GUESSES.length]!(`guess-number-${String(n)}`, n);
        codes.push(await attempt(guess, n % 3 === 0 ? 5 : 4, addressOf(n)));
        // Who was let in from there before is let in now, whatever others do from the same address.
        if (n === tries >> 1) expect(await attempt(native(BYSTANDER, SECRET), 4, '127.0.0.1')).toBe(0);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, guesser));

    expect(codes).toHaveLength(tries);
    expect(codes.filter((code) => code === 0)).toEqual([]);
    const { refused } = attacked.gateway.counts;
    expect(refused['wrong-password'] + refused.unknown + refused.throttled).toBe(tries);
    expect(await service.finish()).toMatchObject({ disconnects: 0 });
    await eventually(() => expect(attacked.gateway.counts).toMatchObject({ connections: 0, connected: 0 }));
    expect(attacked.brokerClients().filter((id) => id.includes('target') || id.includes('nobody'))).toEqual([]);
    console.log(`${String(tries)} wrong passwords:`, refused);
  }, 600_000);

  it('are logged now and then, never with the password or the secret', () => {
    const lines = attacked.logger.lines.map((line) => JSON.stringify(line));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(tries);
    expect(lines.filter((line) => line.includes('guess-number') || line.includes(SECRET))).toEqual([]);
  });
});
