import type { CommandRequest } from '@downlink/command-domain';
import type { Product } from '@downlink/command-engine';

/** What a request says of the model that it was checked against: nothing where the product has none. */
export function modelVersionOf(product: Product | undefined): Pick<CommandRequest, 'modelVersion'> {
  return product === undefined || product.modelVersion === 0 ? {} : { modelVersion: product.modelVersion };
}
