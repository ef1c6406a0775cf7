import type { DeviceId } from '@downlink/command-domain';

/** Whom somebody who connects claims to be. What MQTT can carry it may hold: also what no device can be called. */
export type DeviceClaim =
  | { readonly deviceId: DeviceId }
  /** The product's device of this key; of this id, where the device has no key. */
  | { readonly productKey: string; readonly deviceKey: string }
  /** Any device of this key whose product speaks this wire format: a Huawei nodeId comes without its product. */
  | { readonly wireFormat: string; readonly deviceKey: string };

/**
 * A device's secret as it is kept: in plain for schemes that compute with it; as a hash where the device sends the secret
 * itself (see `secretMatches`). `unreadable` was sealed by another secrets key: a fault of the installation, not of the device.
 */
export type KeptSecret =
  | { readonly kind: 'plain'; readonly secret: string }
  | { readonly kind: 'hash'; readonly hash: string }
  | { readonly kind: 'unreadable'; readonly cause: unknown };

/** A device as it has to prove itself. */
export interface DeviceCredentials {
  readonly id: DeviceId;
  readonly productKey: string;
  readonly key: string | null;
  readonly assetId: string | null;
  /** The product's. */
  readonly wireFormat: string;
  readonly activated: boolean;
  /** Null: it has none, and nothing is right. */
  readonly secret: KeptSecret | null;
}

/** What those need who let devices in. Part of the registry. */
export interface DeviceLogins {
  /**
   * One query for any number of claims. `found` holds as many lists as there are claims, in their order: of a claim without product
   * up to eight devices, of others at most one; of what is unknown, removed or has lapsed none.
   * @returns `now`: the database's clock at the query, ms since 1970
   * @throws Fault of the store; never for what a claim holds
   */
  deviceCredentials(
    claims: readonly DeviceClaim[],
  ): Promise<{ readonly now: number; readonly found: readonly (readonly DeviceCredentials[])[] }>;
  /**
   * Whether this is the secret behind a hash that `deviceCredentials` gave. Costs milliseconds of a thread of its own, few at a time, unless the
   * same secret proved right for the same hash lately. Comparison in constant time.
   * @throws Fault `secret-unreadable` (not retryable): hashed under another secrets key, or no hash
   */
  secretMatches(presented: string, hash: string): Promise<boolean>;
  /** These devices have activated themselves, and stay so whatever declarations say. Unknown ones are passed over. */
  markActivated(ids: readonly DeviceId[]): Promise<void>;
  /**
   * The plain secret of a device that is not activated yet; it is `made` where there was none, or none that can be told. Of callers at the
   * same time all are told the same. Undefined when the device is unknown or activated.
   */
  secretToActivate(id: DeviceId, made: string): Promise<string | undefined>;
}
