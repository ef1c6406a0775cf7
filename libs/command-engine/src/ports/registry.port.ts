import type { DeliveryPolicy, DeviceId, Json, JsonObject, Presence } from '@downlink/command-domain';
import type { DeviceLogins } from './device-logins.port.js';
import type { ProductModel } from './product-model.js';

export interface Application {
  readonly id: string;
  readonly name: string;
  /** EnOS calls the owner of everything an organization; null for applications without EnOS credentials. */
  readonly orgId: string | null;
  /** Ids of applications that let this one act for them (Huawei `appId`, the EnOS `orgId` of another); in order. */
  readonly authorisedBy: readonly string[];
  /** How many calls it may make in a minute; 0: any number. */
  readonly callsPerMinute: number;
  readonly methods: MethodRights;
  readonly createdAt: number;
}

/**
 * What an application may ask devices for: patterns `service.method`, `service.*` and `*`. What `deny` names is forbidden,
 * whatever `allow` says; an empty `allow` allows all else.
 */
export interface MethodRights {
  readonly allow: readonly string[];
  readonly deny: readonly string[];
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
  /** 0 without a model, else counted from 1: a model that differs from the newest one is the next version. */
  readonly modelVersion: number;
  /** What the model was made from, where a vendor's format was. */
  readonly modelSource: ModelSource | null;
  readonly lateAnswers: LateAnswers;
  /** What a dialect keeps of a product beside the canonical members, each under its own name: `{ huawei: {…} }`. */
  readonly attributes: JsonObject;
  readonly createdAt: number;
}

/** A model in a vendor's own format, as it was given. */
export interface ModelSource {
  readonly format: 'huawei' | 'enos' | 'quectel';
  readonly document: Json;
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
  /** It is declared so, or has activated itself (`markActivated`). */
  readonly activated: boolean;
  /** The vendor's name for it (EnOS and Quectel deviceKey, Huawei nodeId); unique within the product. */
  readonly key: string | null;
  /** EnOS; unique within the application. */
  readonly assetId: string | null;
  /** What a dialect keeps of a device beside the canonical members, each under its own name: `{ huawei: {…} }`. */
  readonly attributes: JsonObject;
  readonly createdAt: number;
  /** Since when a device that was there before has been away or has given no sign of life, ms since 1970; null: it has not. */
  readonly silentSince: number | null;
}

/**
 * Left out: a new application has no rights over others, no quota and may call every method; a known one keeps what it has.
 * What is given replaces what was there. The `orgId` is that of the EnOS credentials.
 */
export interface NewApplication {
  readonly id: string;
  readonly name: string;
  readonly credentials: ApplicationCredentials;
  /** For each dialect taken only where the application has no credentials of that dialect yet. */
  readonly credentialsIfNone?: ApplicationCredentials;
  readonly authorisedBy?: readonly string[];
  readonly callsPerMinute?: number;
  readonly methods?: MethodRights;
}

/** `lateAnswers` is `record` where a new product says nothing; secret and attributes that are left out stay. */
export interface NewProduct extends Pick<Product, 'key' | 'applicationId' | 'name' | 'wireFormat' | 'model'> {
  /** Goes with the model: left out, the model is a canonical one. */
  readonly modelSource?: ModelSource | null;
  readonly lateAnswers?: LateAnswers;
  readonly secret?: string;
  /** Taken only where the product has no secret yet. */
  readonly secretIfNone?: string;
  /** Each member replaces the one of its name; the others stay. */
  readonly attributes?: JsonObject;
}

/** Secret, key, assetId and attributes that are left out, or null, stay what they are. */
export interface NewDevice extends Pick<Device, 'id' | 'applicationId' | 'productKey' | 'name' | 'activated'> {
  readonly secret?: string;
  /** Taken only where the device has no secret yet. */
  readonly secretIfNone?: string;
  readonly key?: string | null;
  readonly assetId?: string | null;
  /** Each member replaces the one of its name; the others stay. */
  readonly attributes?: JsonObject;
  /**
   * Unless the device shows a sign of life within this time from now, it is not there any more: nobody finds it, it cannot log
   * in, its key is free. 0 takes that back.
   */
  readonly activateWithinMs?: number;
}

/** What the engine knows of a device being there: `never-seen` has not shown a sign of life, `unknown` none lately. */
export type DevicePresence = Presence | 'never-seen';

/** A device of one application. Names and keys are compared whole; what is left out does not count. */
export interface DeviceQuery {
  readonly applicationId: string;
  readonly ids?: readonly DeviceId[];
  readonly key?: string;
  readonly keys?: readonly string[];
  readonly assetIds?: readonly string[];
  readonly productKeys?: readonly string[];
  readonly name?: string;
  /** Is part of the name, whatever the case of its letters. */
  readonly nameLike?: string;
  /** All of this is among its attributes, at the same places. */
  readonly attributes?: JsonObject;
  readonly presence?: DevicePresence;
  readonly presences?: readonly DevicePresence[];
  /** `from` (inclusive) and `until` (exclusive) bound the time of its creation, ms since 1970. */
  readonly from?: number;
  readonly until?: number;
  /** By that time; the newest first unless said otherwise. */
  readonly order?: 'newest' | 'oldest';
  readonly offset: number;
  readonly limit: number;
}

export interface PresentDevice extends Device {
  readonly presence: DevicePresence;
}

/** What of a declaration's `…IfNone` was taken, because there was nothing before. Of callers at the same time one is told. */
export interface Applied {
  readonly credentials: readonly { readonly applicationId: string; readonly dialect: string }[];
  readonly productSecrets: readonly string[];
  readonly deviceSecrets: readonly string[];
}

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
export interface Registry extends DeviceLogins {
  /**
   * Creates or updates, idempotently. Members left out of an update keep their value, as the types say. Of declarations at the
   * same time each is applied as a whole, one after the other where they touch the same entries.
   * @throws Fault `registry-conflict` (not retryable) when something would change its owner or names an unknown
   *   application or product; nothing is applied then.
   */
  apply(declaration: RegistryDeclaration): Promise<Applied>;
  application(id: string): Promise<Application | undefined>;
  applications(page: Page): Promise<Application[]>;
  product(key: string, applicationId?: string): Promise<Product | undefined>;
  /** A model that the product has or had. Versions are never deleted; they say what a command was checked against. */
  productModel(key: string, version: number): Promise<ProductModel | undefined>;
  products(applicationId: string | undefined, page: Page): Promise<Product[]>;
  /** The present version of each product's model, in one query; unknown products are absent. */
  modelVersions(productKeys: readonly string[]): Promise<Map<string, number>>;
  /** One query for any number of ids; unknown ones are absent. */
  devices(ids: readonly DeviceId[]): Promise<Map<DeviceId, Device>>;
  listDevices(applicationId: string | undefined, page: Page): Promise<Device[]>;
  /** One page of an application's devices, and how many there are in all. */
  searchDevices(query: DeviceQuery): Promise<{ devices: PresentDevice[]; total: number }>;
  deviceByKey(productKey: string, key: string): Promise<Device | undefined>;
  /** One query for any number of keys of one product; unknown ones are absent. */
  devicesByKeys(productKey: string, keys: readonly string[]): Promise<Map<string, Device>>;
  /** One query for any number of assets of one application, by asset id; unknown ones are absent. */
  devicesByAssets(applicationId: string, assetIds: readonly string[]): Promise<Map<string, Device>>;
  /**
   * Takes a device out of the registry; false when the application has none of this id. It touches no command: whoever removes
   * a device first cancels what is queued for it, through the engine. What is in flight, and what another process accepts in the
   * seconds in which it still believes in the device, ends by its own deadlines, and all history stays readable.
   */
  removeDevice(id: DeviceId, applicationId: string): Promise<boolean>;
  /**
   * The plain secret of a device, for schemes that need it (EnOS, Huawei); undefined when it has none, is unknown, or only the hash of
   * its secret is kept, as of devices that send the secret itself (native, quectel).
   */
  deviceSecret(id: DeviceId): Promise<string | undefined>;
  /** The plain secret of a product; undefined when it has none or is unknown. */
  productSecret(key: string): Promise<string | undefined>;
  /**
   * The plain secret behind an EnOS appKey or a Quectel accessKey, with its application, for callers who prove that they know it
   * by hashing it. One query: callers remember it for seconds at most.
   */
  signingKey(
    dialect: 'enos' | 'quectel',
    keyId: string,
  ): Promise<{ readonly application: Application; readonly secret: string } | undefined>;
  /** The same for an application that is known by a token of this dialect; undefined when it has no key of it. */
  signingSecretOf(dialect: 'enos' | 'quectel', applicationId: string): Promise<string | undefined>;
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

/** Bearer tokens of dialects that log in. Stored as digests; those of `current` sealed as well, since they are told again. */
export interface AccessTokens {
  /** Makes the application's tokens of this dialect; the ones before stop being valid ("only the newest access token is valid", Huawei). */
  issue(
    application: { id: string; dialect: string },
    ttl: { accessMs: number; refreshMs: number },
  ): Promise<IssuedTokens>;
  /**
   * The same tokens again while the access token is good for more than `renewBelowMs` (0), else new ones (EnOS, Quectel).
   * `expiresIn` is what is left. Callers at the same time get the same tokens. What `refresh` gives after this is told again, too.
   */
  current(
    application: { id: string; dialect: string },
    ttl: { accessMs: number; refreshMs: number },
    options?: { readonly renewBelowMs?: number },
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
  /**
   * Takes the proof that somebody logs in with, once: true for the first caller on any replica, false for the others until
   * `forMs` after it. One statement. What is kept of it cannot be logged in with.
   */
  redeem(dialect: string, proof: string, forMs: number): Promise<boolean>;
}

export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** seconds */
  readonly expiresIn: number;
}
