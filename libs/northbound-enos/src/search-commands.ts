import type { AcceptedStatus } from '@downlink/command-domain';
import type { CommandQuery, Device, Product } from '@downlink/command-engine';
import { identifiersLike, type NameLike } from './names.js';
import { statusesOf } from './status-map.js';
import type { CommandFilter } from './wire/command-search.js';
import type { WantedPage } from './wire/search.js';

/** A search among one device's commands in canonical words. */
export function toCommandQuery(
  { states, names, from, until }: CommandFilter,
  { device, product }: { readonly device: Device; readonly product: Product | undefined },
  { offset, pageSize }: WantedPage,
): CommandQuery {
  return {
    applicationId: device.applicationId,
    deviceId: device.id,
    offset,
    limit: pageSize,
    ...(states.length > 0 && { statuses: states.map(statusesOf).reduce(both) }),
    ...(names.length > 0 && { targets: targetsLike(names, product) }),
    ...(from !== undefined && { from }),
    ...(until !== undefined && { until }),
  };
}

/**
 * Names stand in the product's model: what is looked for are the services and measurement points that are called so. A text
 * that is itself an identifier counts too, since a product without a model has no other names.
 */
function targetsLike(names: readonly NameLike[], product: Product | undefined): NonNullable<CommandQuery['targets']> {
  const like = (part: 'services' | 'measurepoints') =>
    names.map((name) => [...new Set([...identifiersLike(product, part, name), name.text])]).reduce(both);
  return { services: like('services'), properties: like('measurepoints') };
}

function both<T extends AcceptedStatus | string>(one: readonly T[], other: readonly T[]): T[] {
  return one.filter((entry) => other.includes(entry));
}
