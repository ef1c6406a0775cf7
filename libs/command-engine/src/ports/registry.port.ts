import type { DeliveryPolicy, DeviceId } from '@downlink/command-domain';
import type { ProductModel } from './product-model.js';

export interface Application {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
}

/** Credentials of one application by dialect, in plain text, on their way in. They are never readable again. */
export interface ApplicationCredentials {
  readonly native?: { readonly key: string };
  readonly huawei?: { readonly secret: string };
  readonly enos?: { readonly orgId: string; readonly appKey: string; readonly appSecret: string };
  readonly quectel?: { readonly accessKey: string; readonly accessSecret: string };
}

export interface Product {
  readonly key: string;
  readonly applicationId: string;
  readonly name: string;
  readonly wireFormat: string;
  /** Canonical model (services, methods, parameters); null when the product takes any. */
  readonly model: ProductModel | null;
  readonly lateAnswers: LateAnswers;
  readonly createdAt: number;
}

/** What an answer after the time-out does to commands submitted from now on: it is only recorded, or it still decides. */
export type LateAnswers = DeliveryPolicy['lateAnswers'];

export interface Device {
  readonly id: DeviceId;
  readonly applicationId: string;
  readonly productKey: string;
  /** The product's wire format. */
  readonly wireFormat: string;
  /** The product's. */
  readonly lateAnswers: LateAnswers;
  readonly name: string;
  readonly activated: boolean;
  readonly createdAt: number;
}

export type NewApplication = Omit<Application, 'createdAt'> & { readonly credentials: ApplicationCredentials };
/** `lateAnswers` is `record` where a new product says nothing. */
export type NewProduct = Omit<Product, 'createdAt' | 'lateAnswers'> & { readonly lateAnswers?: LateAnswers };
export type NewDevice = Omit<Device, 'createdAt' | 'wireFormat' | 'lateAnswers'> & { readonly secret?: string };

/** Everything of one declaration, applied in one transaction: all of it or nothing. */
export interface RegistryDeclaration {
  readonly applications: readonly NewApplication[];
  readonly products: readonly NewProduct[];
  readonly devices: readonly NewDevice[];
}

/**
 * Applications, products and devices. Ids are unique over the installation. Everything is scoped by the owning application
 * where the caller passes one: what belongs to another application is not found.
 */
export interface Registry {
  /**
   * Creates or updates, idempotently. Members left out of an update keep their value (credentials, secret, lateAnswers).
   * @throws Fault `registry-conflict` (not retryable) when something would change its owner or names an unknown
   *   application or product; nothing is applied then.
   */
  apply(declaration: RegistryDeclaration): Promise<void>;
  application(id: string): Promise<Application | undefined>;
  applications(page: Page): Promise<Application[]>;
  product(key: string, applicationId?: string): Promise<Product | undefined>;
  products(applicationId: string | undefined, page: Page): Promise<Product[]>;
  /** One query for any number of ids; unknown ones are absent. */
  devices(ids: readonly DeviceId[]): Promise<Map<DeviceId, Device>>;
  listDevices(applicationId: string | undefined, page: Page): Promise<Device[]>;
  /** The plain secret of a device, for schemes that need it (Huawei HMAC); undefined when it has none or is unknown. */
  deviceSecret(id: DeviceId): Promise<string | undefined>;
  /** The application that this credential belongs to; undefined when it is wrong. Comparison in constant time. */
  authenticate(credential: Credential): Promise<Application | undefined>;
}

export type Credential =
  | { readonly dialect: 'native'; readonly key: string }
  | { readonly dialect: 'huawei'; readonly appId: string; readonly secret: string };

/** Ordered by id; `after` is the last id of the previous page. */
export interface Page {
  readonly after?: string;
  readonly limit: number;
}

/** Bearer tokens of dialects that log in. Stored as digests only. */
export interface AccessTokens {
  /** Makes the application's tokens of this dialect; the ones before stop being valid ("only the newest access token is valid", Huawei). */
  issue(
    application: { id: string; dialect: string },
    ttl: { accessMs: number; refreshMs: number },
  ): Promise<IssuedTokens>;
  /** Who the token belongs to and until when (ms since 1970); undefined when unknown, replaced or expired. */
  find(dialect: string, accessToken: string): Promise<{ applicationId: string; expiresAt: number } | undefined>;
  /** New tokens for a refresh token that is still good; undefined otherwise. */
  refresh(
    application: { id: string; dialect: string },
    refreshToken: string,
    ttl: { accessMs: number; refreshMs: number },
  ): Promise<IssuedTokens | undefined>;
  revoke(dialect: string, accessToken: string): Promise<boolean>;
}

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** seconds */
  readonly expiresIn: number;
}
