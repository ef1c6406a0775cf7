import { toHex32, type CommandId } from '@downlink/command-domain';
import type { Shape } from '../caller.js';

/** Everything that an application's calls can name. */
export interface Ids {
  readonly application: string;
  readonly org: string;
  readonly appKey: string;
  readonly accessKey: string;
  readonly product: string;
  /** One that takes its model from a vendor. */
  readonly vendorProduct: string;
  readonly device: string;
  readonly deviceKey: string;
  readonly asset: string;
  /** 19 digits; of one that is queued. */
  readonly command: CommandId;
  readonly task: string;
  readonly subscription: string;
  readonly batchTask: string;
  readonly deadLetter: string;
}

/**
 * A route's calls: `shapes` name things in each place where an id can stand, as somebody would who may. `caller` is who may,
 * `nobody` where no call is needed to log in. The last shape may end what it names.
 */
export interface Entry {
  readonly caller: 'application' | 'admin' | 'nobody';
  readonly shapes: readonly ((ids: Ids) => Shape)[];
}

/** By method and path, as Fastify has them. */
export type Catalogue = Readonly<Record<string, Entry>>;

export const byApplication = (...shapes: Entry['shapes']): Entry => ({ caller: 'application', shapes });
export const byAdmin = (...shapes: Entry['shapes']): Entry => ({ caller: 'admin', shapes });
export const byNobody = (...shapes: Entry['shapes']): Entry => ({ caller: 'nobody', shapes });

/** A path with its query. */
export function withQuery(path: string, query: Readonly<Record<string, string>>): string {
  return `${path}?${String(new URLSearchParams(query))}`;
}

/** How Huawei spells the command. */
export const hexOf = ({ command }: Ids): string => toHex32(command);
