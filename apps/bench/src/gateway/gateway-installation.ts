import type { TestProcess } from '@downlink/testing';
import { freePort } from '@downlink/testing';
import { createDatabase } from '../bare/bare-target.js';
import { stopAll } from '../processes.js';
import { APPLICATION, Installation } from '../product/installation.js';
import { provisionDevices } from '../product/start-product.js';
import type { Servers } from '../servers.js';
import { DEVICE_SECRET, PRODUCT_OF, type LoginFormat } from './logins.js';

/** A device gateway in a process of its own. */
export interface RunningGateway {
  readonly port: number;
  readonly process: TestProcess;
}

const MODEL = { services: [{ id: 'switch', methods: [{ name: 'turn', parameters: [] }] }], properties: [] };

/** An installation whose devices are declared; nothing of it runs. */
export async function declaredInstallation(
  servers: Servers,
  devices: Readonly<Record<LoginFormat, readonly string[]>>,
): Promise<Installation> {
  const installation = await Installation.on(servers, await createDatabase(servers, 'gateway'), { name: 'gateway' });
  const api = await installation.start('command-api');
  try {
    const application = APPLICATION.id;
    await installation.provision({
      applications: [{ id: application, name: 'Bench', huawei: { secret: APPLICATION.secret } }],
      products: Object.entries(PRODUCT_OF).map(([wireFormat, key]) => ({
        key,
        application,
        wireFormat,
        ...(wireFormat === 'enos' ? { model: MODEL } : {}),
      })),
    });
    for (const [wireFormat, ids] of Object.entries(devices)) {
      const common = { application, product: PRODUCT_OF[wireFormat as LoginFormat], activated: true };
      await provisionDevices(
        installation,
        ids.map((id) => ({ ...common, id, key: id, secret: DEVICE_SECRET })),
      );
    }
  } finally {
    await stopAll([api]);
  }
  return installation;
}

/** Starts a gateway. `hurried` for what is not about its own pace: it then looks into as many connections a second as there are. */
export async function startGateway(installation: Installation, hurried = true): Promise<RunningGateway> {
  const port = await freePort();
  const pace = hurried ? { CONNECT_RATE: '100000', CONNECT_BURST: '100000' } : {};
  const process = await installation.start('device-gateway', { MQTT_PORT: String(port), HOST: '127.0.0.1', ...pace });
  return { port, process };
}
