import type { DeviceClaim } from '@downlink/command-engine';
import type { WireFormat } from '../codecs/wire-format-codec.js';

/** How somebody proves to be the device that he claims to be. */
export type Proof =
  /** The secret itself. */
  | { readonly kind: 'sent'; readonly secret: string }
  /** A digest that whoever knows the device's secret can compute. `now`: database time, ms. */
  | { readonly kind: 'computed'; readonly isBy: (secret: string, now: number) => boolean }
  /** The same by the product's secret, to be told the device's. */
  | { readonly kind: 'activation'; readonly isBy: (productSecret: string) => boolean }
  /** A TLS client certificate that was verified before. */
  | { readonly kind: 'certificate' };

/** Whom a CONNECT says that it comes from. */
export interface ClaimedIdentity {
  readonly claim: DeviceClaim;
  /** What the device must speak to log in like this; null: any, as a certificate says nothing of it. */
  readonly wireFormat: WireFormat | null;
  readonly proof: Proof;
}
