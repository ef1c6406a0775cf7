import type { TestProcess } from '@downlink/testing';
import { createDatabase } from '../bare/bare-target.js';
import type { Target } from '../load/target.js';
import { stopAll } from '../processes.js';
import type { Servers } from '../servers.js';
import { APPLICATION, Installation, PRODUCT_KEY, type Service } from './installation.js';

export interface ProductOptions {
  /** Devices to register, with ids device-0 … */
  readonly devices: number;
  readonly services: readonly Service[];
  /** Database and topic prefix of this run. */
  readonly name: string;
}

export interface Product {
  readonly deviceIds: readonly string[];
  /** Huawei's create call, logged in. */
  target(): Promise<Target>;
  stop(): Promise<void>;
}

const PROVISION_SLICE = 400; // a declaration of 400 devices stays below the body limit of 64 KiB

/** Starts the services as separate processes, as they are built for production, and provisions the devices. */
export async function startProduct(servers: Servers, options: ProductOptions): Promise<Product> {
  const installation = await Installation.on(servers, await createDatabase(servers, options.name), options);
  const processes: TestProcess[] = [];
  for (const service of options.services) processes.push(await installation.start(service));
  const deviceIds = Array.from({ length: options.devices }, (_, n) => `device-${n}`);
  await provision(installation, deviceIds);
  return { deviceIds, target: () => installation.target(), stop: () => stopAll(processes.toReversed()) };
}

async function provision(installation: Installation, deviceIds: readonly string[]): Promise<void> {
  await installation.provision({
    applications: [{ id: APPLICATION.id, name: 'Bench', huawei: { secret: APPLICATION.secret } }],
    products: [{ key: PRODUCT_KEY, application: APPLICATION.id, wireFormat: 'native' }],
  });
  const device = { application: APPLICATION.id, product: PRODUCT_KEY, activated: true };
  await provisionDevices(
    installation,
    deviceIds.map((id) => ({ ...device, id })),
  );
}

/** Declares devices in slices that fit into a request. */
export async function provisionDevices(installation: Installation, devices: readonly object[]): Promise<void> {
  for (let from = 0; from < devices.length; from += PROVISION_SLICE) {
    await installation.provision({ devices: devices.slice(from, from + PROVISION_SLICE) });
  }
}
