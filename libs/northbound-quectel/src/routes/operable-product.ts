import type { Application, Product } from '@downlink/command-engine';
import { rights, type NorthboundPorts } from '@downlink/northbound-kit';
import { Refusal } from '../errors/refusal.js';

/**
 * A product of the caller's, or of an application that has authorised it.
 * @throws Refusal 70089 for a foreign product, and for an unknown one, which looks the same
 */
export async function operableProduct(
  { products }: Pick<NorthboundPorts, 'products'>,
  productKey: string,
  caller: Application,
): Promise<Product> {
  const product = await products.find(productKey);
  if (product === undefined || !rights.actsFor(caller, product.applicationId)) throw new Refusal('no-permission');
  return product;
}
