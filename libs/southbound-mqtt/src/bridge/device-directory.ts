import { isJsonObject } from '@downlink/command-domain';
import type { Device, Product, Property, Registry } from '@downlink/command-engine';
import { LRUCache } from 'lru-cache';
import { isTopicSafe } from '../codecs/topic-safety.js';
import { spellName, type DeviceAddress, type KeyedName } from '../codecs/device-name.js';

/** A name that has changed hands is believed in for so long; what it says is checked against the command's own device anyway. */
const KNOWN_MS = 10_000;
/** One that nobody has may be registered any moment. */
const UNKNOWN_MS = 2_000;

/** Where a device is spoken to, and how. */
export interface AddressedDevice {
  readonly device: DeviceAddress;
  /** The properties of its product's model, where the product says that its devices take TTLV frames. */
  readonly ttlv?: readonly Property[];
}

type Looked<T> = { readonly found: T | undefined };

/** Addresses and names of devices whose wire format speaks of product and device keys, without a query a message. */
export class DeviceDirectory {
  readonly #addresses = new LRUCache<string, Looked<AddressedDevice>>({ max: 100_000, ttl: KNOWN_MS });
  readonly #products = new LRUCache<string, Looked<Product>>({ max: 1_000, ttl: KNOWN_MS });
  readonly #ids = new LRUCache<string, Looked<string>>({ max: 100_000, ttl: KNOWN_MS });

  constructor(private readonly registry: Pick<Registry, 'devices' | 'devicesByKeys' | 'product'>) {}

  /**
   * Where these devices are spoken to; same length and order, undefined for one that does not exist or whose id is another device's
   * key. At most one query, one for each product with devices without a key, and one for each Quectel product.
   * @throws Fault (retryable) when the store is away.
   */
  async addressesOf(deviceIds: readonly string[]): Promise<readonly (AddressedDevice | undefined)[]> {
    return lookUp(
      this.#addresses,
      deviceIds,
      (id) => id,
      (unseen) => this.#readAddresses(unseen),
    );
  }

  /**
   * Whose names these are; same length and order, undefined for nobody's. A key comes before the id of a device without one. One
   * query for each product, and one for what was not found by key.
   * @throws Fault (retryable) when the store is away.
   */
  async deviceIdsOf(names: readonly KeyedName[]): Promise<readonly (string | undefined)[]> {
    // Nothing else is asked or remembered: whoever is let in to a broker without a gateway makes names up.
    const possible = names.filter(({ productKey, deviceKey }) => isTopicSafe(productKey) && isTopicSafe(deviceKey));
    const found = await lookUp(this.#ids, possible, spellName, (unseen) => this.#readIds(unseen));
    const ids = new Map(possible.map((name, index) => [name, found[index]]));
    return names.map((name) => ids.get(name));
  }

  async #readAddresses(ids: readonly string[]): Promise<(AddressedDevice | undefined)[]> {
    const devices = await this.registry.devices(ids);
    const keyless = [...devices.values()].filter(({ key }) => key === null);
    const taken = await this.#byKeys(keyless.map(({ productKey, id }) => ({ productKey, deviceKey: id })));
    const ttlv = await this.#ttlvOf([...devices.values()]);
    return ids.map((id) => {
      const device = devices.get(id);
      if (device === undefined) return undefined;
      const { productKey, key } = device;
      if (key === null && taken.has(spellName({ productKey, deviceKey: id }))) return undefined;
      const properties = ttlv.get(productKey);
      return { device: { deviceId: id, productKey, deviceKey: key }, ...(properties && { ttlv: properties }) };
    });
  }

  /** By product key: the properties of products whose devices take TTLV frames. */
  async #ttlvOf(devices: readonly Device[]): Promise<Map<string, readonly Property[]>> {
    const keys = new Set(
      devices.flatMap(({ wireFormat, productKey }) => (wireFormat === 'quectel' ? [productKey] : [])),
    );
    const read = (unseen: readonly string[]) => Promise.all(unseen.map((key) => this.registry.product(key)));
    const products = await lookUp(this.#products, [...keys], (key) => key, read);
    return new Map(
      products.flatMap((product) =>
        product && takesTtlv(product) ? [[product.key, product.model?.properties ?? []]] : [],
      ),
    );
  }

  async #readIds(names: readonly KeyedName[]): Promise<(string | undefined)[]> {
    const byKey = await this.#byKeys(names);
    const rest = names.filter((name) => !byKey.has(spellName(name))).map(({ deviceKey }) => deviceKey);
    const byId = rest.length === 0 ? new Map<string, Device>() : await this.registry.devices([...new Set(rest)]);
    return names.map((name) => {
      const keyed = byKey.get(spellName(name));
      if (keyed !== undefined) return keyed.id;
      const device = byId.get(name.deviceKey);
      return device?.key === null && device.productKey === name.productKey ? device.id : undefined;
    });
  }

  /** Devices by their spelt names. */
  async #byKeys(names: readonly KeyedName[]): Promise<Map<string, Device>> {
    const found = new Map<string, Device>();
    for (const [productKey, keys] of keysByProduct(names)) {
      for (const [deviceKey, device] of await this.registry.devicesByKeys(productKey, keys)) {
        found.set(spellName({ productKey, deviceKey }), device);
      }
    }
    return found;
  }
}

function takesTtlv({ attributes }: Product): boolean {
  const { quectel } = attributes;
  return isJsonObject(quectel) && quectel['payload'] === 'ttlv';
}

function keysByProduct(names: readonly KeyedName[]): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const { productKey, deviceKey } of names) {
    const known = keys.get(productKey);
    if (known === undefined) keys.set(productKey, [deviceKey]);
    else known.push(deviceKey);
  }
  return keys;
}

/** Answers from the cache, and from one reading of all that it does not know. */
async function lookUp<Q, A>(
  cache: LRUCache<string, Looked<A>>,
  questions: readonly Q[],
  spell: (question: Q) => string,
  read: (unseen: readonly Q[]) => Promise<readonly (A | undefined)[]>,
): Promise<(A | undefined)[]> {
  const spelled = questions.map(spell);
  const answers = new Map<string, A | undefined>();
  const unseen = new Map<string, Q>();
  spelled.forEach((name, index) => {
    const known = cache.get(name);
    if (known === undefined) unseen.set(name, questions[index]!);
    else answers.set(name, known.found);
  });
  if (unseen.size > 0) {
    const told = await read([...unseen.values()]);
    [...unseen.keys()].forEach((name, index) => {
      const found = told[index];
      answers.set(name, found);
      cache.set(name, { found }, { ttl: found === undefined ? UNKNOWN_MS : KNOWN_MS });
    });
  }
  return spelled.map((name) => answers.get(name));
}
