import { createHash } from 'node:crypto';
import type { Product } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { huaweiError } from '../errors/error-answer.js';
import { identityOf, PROFILE_KEYS, type ProfileKeys } from './profile-identity.js';

type Ports = Pick<NorthboundPorts, 'products' | 'registry'>;

/** What a caller says of the product of a device. */
export type WantedProduct = Readonly<Partial<Record<keyof ProfileKeys | 'productId', string | undefined>>>;

const PAGE = 100;

/**
 * The product of a device: the one named by `productId`; else the one whose profile has the same manufacturerId, deviceType,
 * model and protocolType (Huawei, Registering a Device: "either productId or these"); else the application's product for devices
 * whose profile is not known yet, which takes any command and is made when it is first needed.
 * @throws ErrorAnswer 600002 when the application has no such product
 */
export async function productFor(ports: Ports, applicationId: string, wanted: WantedProduct): Promise<Product> {
  if (wanted.productId !== undefined) {
    const product = await ports.products.find(wanted.productId);
    if (product?.applicationId !== applicationId) throw huaweiError('product-unknown');
    return product;
  }
  const keys = completeKeys(wanted);
  return (keys && (await findByProfile(ports, applicationId, keys))) ?? withoutProfile(ports, applicationId);
}

/** The application's product with this profile, however it came here. */
export async function findByProfile(
  { products, registry }: Ports,
  applicationId: string,
  keys: ProfileKeys,
): Promise<Product | undefined> {
  const uploaded = await products.find(keyOfProfile(applicationId, keys));
  if (uploaded !== undefined) return uploaded;
  for (let after = ''; ;) {
    const page = await registry.products(applicationId, { after, limit: PAGE });
    const found = page.find((product) => isSame(identityOf(product), keys));
    if (found !== undefined || page.length < PAGE) return found;
    after = page.at(-1)!.key;
  }
}

/** The same for the same profile, so that it needs no look-up and two uploads at once make one product. */
export function keyOfProfile(applicationId: string, keys: ProfileKeys): string {
  return digest([applicationId, ...PROFILE_KEYS.map((name) => keys[name])]);
}

async function withoutProfile({ products, registry }: Ports, applicationId: string): Promise<Product> {
  const key = digest([applicationId]);
  const known = await products.find(key);
  if (known !== undefined) return known;
  const product = { key, applicationId, name: 'Devices without a profile', wireFormat: 'huawei', model: null };
  await registry.apply({ applications: [], products: [product], devices: [] });
  const made = await products.find(key);
  if (made === undefined) throw new Error('a product that was just made is not there');
  return made;
}

function completeKeys(wanted: WantedProduct): ProfileKeys | undefined {
  const { manufacturerId, deviceType, model, protocolType } = wanted;
  if (!manufacturerId || !deviceType || !model || !protocolType) return undefined;
  return { manufacturerId, deviceType, model, protocolType };
}

function isSame(identity: ProfileKeys | undefined, keys: ProfileKeys): boolean {
  return identity !== undefined && PROFILE_KEYS.every((name) => identity[name] === keys[name]);
}

/** 32 hex digits, like the vendor's own product ids. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
