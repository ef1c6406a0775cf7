import type { NewDevice, NewProduct } from '@downlink/command-engine';
import { createPostgresStore, migrate, type PostgresStore } from '@downlink/store-postgres';
import { createTestDatabase } from '@downlink/testing';

/** A registry on a real Postgres, for specs that let devices in. */
export interface DeviceInstallation {
  readonly store: PostgresStore;
  /** Another process on the same database, with another secrets key. */
  readonly ofAnotherKey: PostgresStore;
  /** A process that cannot reach its database. */
  readonly away: PostgresStore;
  /** Products `n`, `h`, `e` and `q` speak native, huawei, enos and quectel; more of them, and devices. */
  declare(devices: readonly DeviceWords[], products?: readonly ProductWords[]): Promise<void>;
  close(): Promise<void>;
}

export type DeviceWords = Pick<NewDevice, 'id' | 'productKey'> & Partial<NewDevice>;
export type ProductWords = Pick<NewProduct, 'key' | 'wireFormat'> & Partial<NewProduct>;

const PRODUCTS: readonly ProductWords[] = [
  { key: 'n', wireFormat: 'native' },
  { key: 'h', wireFormat: 'huawei' },
  { key: 'e', wireFormat: 'enos', secret: 'product-secret' },
  { key: 'q', wireFormat: 'quectel' },
];

export async function openDeviceInstallation(): Promise<DeviceInstallation> {
  const database = await createTestDatabase({ template: migrate });
  const openStore = (fill: number, url: string): PostgresStore =>
    createPostgresStore({ url, secretsKey: key(fill), poolSize: 4, onConnectionError: () => {} });
  const store = openStore(7, database.url);
  const ofAnotherKey = openStore(9, database.url);
  // Nobody listens on port 1.
  const away = openStore(7, database.url.replace(/:\d+\//, ':1/'));
  const applicationId = 'a';
  const declare = async (devices: readonly DeviceWords[], products: readonly ProductWords[] = []): Promise<void> => {
    await store.registry.apply({
      applications: [],
      products: products.map((product) => ({ applicationId, name: '', model: null, ...product })),
      devices: devices.map((device) => ({ applicationId, name: '', activated: true, ...device })),
    });
  };
  const applications = ['a', 'b'].map((id) => ({ id, name: id, credentials: {} }));
  await store.registry.apply({ applications, products: [], devices: [] });
  await declare([], PRODUCTS);
  return {
    store,
    ofAnotherKey,
    away,
    declare,
    close: async () => {
      await Promise.all([store, ofAnotherKey, away].map((each) => each.close()));
      await database.drop();
    },
  };
}

function key(fill: number): string {
  return Buffer.alloc(32, fill).toString('base64');
}
