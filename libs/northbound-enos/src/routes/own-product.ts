import type { Application, Product } from '@downlink/command-engine';
import type { NorthboundPorts } from '@downlink/northbound-kit';
import { enosError } from '../errors/error-answer.js';
import type { EnosErrorName } from '../errors/error-table.js';
import { modelIdOf } from '../model/thing-model.js';

const PAGE = 200;

/** @throws ErrorAnswer for an unknown product, and for another application's, which looks the same */
export async function ownProduct(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  key: string,
  owner: Application,
  unknown: EnosErrorName,
): Promise<Product> {
  const product = await registry.product(key, owner.id);
  if (product === undefined) throw enosError(unknown);
  return product;
}

/** All products of an application, newest first. There are as many as kinds of devices, and no call about them is frequent. */
export async function allProducts(
  { registry }: Pick<NorthboundPorts, 'registry'>,
  owner: Application,
): Promise<Product[]> {
  const products: Product[] = [];
  for (let after = ''; ; after = products.at(-1)!.key) {
    const page = await registry.products(owner.id, { after, limit: PAGE });
    products.push(...page);
    if (page.length < PAGE) break;
  }
  return products.toSorted((one, other) => other.createdAt - one.createdAt);
}

/** A product of the application whose model goes by this name; models have no life of their own here. */
export async function productOfModel(
  ports: Pick<NorthboundPorts, 'registry'>,
  owner: Application,
  modelId: string,
): Promise<Product | undefined> {
  return (await allProducts(ports, owner)).find((product) => modelIdOf(product) === modelId);
}
