import type { DeviceId } from '@downlink/command-domain';
import type { DeviceClaim, DeviceCredentials, Product, Registry } from '@downlink/command-engine';
import { LRUCache } from 'lru-cache';
import { servicesOf } from '../codecs/enos/enos-topics.js';
import type { DeviceAddress } from '../codecs/device-name.js';
import { wireFormats } from '../codecs/wire-formats.js';
import type { AdmissionRefusal, Admission, ConnectingDevice, DeviceAuthenticator } from '../gateway/ports.js';
import type { MqttLogger } from '../mqtt-logger.js';
import type { ClaimedIdentity, Proof } from './device-identity.js';
import { activatesDevices, activation } from './enos-activation.js';
import { equalInConstantTime } from './equal-in-constant-time.js';
import { PasswordGuard, type AttemptOutcome } from './password-guard.js';
import { readIdentity } from './read-identity.js';
import { SharedLookups } from './shared-lookups.js';

export type DeviceRegistry = Pick<
  Registry,
  'deviceCredentials' | 'secretMatches' | 'markActivated' | 'secretToActivate' | 'product' | 'productSecret'
>;

export interface RegistryAuthenticatorParts {
  readonly registry: DeviceRegistry;
  readonly logger: MqttLogger;
  /** Default: one of its own. */
  readonly guard?: PasswordGuard;
}

/** Devices whose last session's epoch is remembered, so that two sessions within a millisecond are told apart. */
const MAX_EPOCHS = 20_000;

interface Looked {
  readonly now: number;
  readonly found: readonly DeviceCredentials[];
}

/**
 * Tells by the registry who a device is: EnOS, Huawei, native and Quectel devices by their secrets, any of them by a verified client certificate.
 * CONNECTs that arrive together share one query; nothing of the registry is remembered, so what is changed there holds for the next CONNECT.
 */
export class RegistryAuthenticator implements DeviceAuthenticator {
  readonly #registry: DeviceRegistry;
  readonly #logger: MqttLogger;
  readonly #guard: PasswordGuard;
  readonly #epochs = new LRUCache<DeviceId, number>({ max: MAX_EPOCHS });
  readonly #credentials: SharedLookups<DeviceClaim, Looked>;
  readonly #products: SharedLookups<string, Product | undefined>;
  readonly #activated: SharedLookups<DeviceId, void>;

  constructor({ registry, logger, guard = new PasswordGuard() }: RegistryAuthenticatorParts) {
    this.#registry = registry;
    this.#logger = logger;
    this.#guard = guard;
    this.#credentials = new SharedLookups(async (claims) => {
      const { now, found } = await registry.deviceCredentials(claims);
      return found.map((devices) => ({ now, found: devices }));
    });
    this.#products = new SharedLookups(async (keys) => {
      const products = new Map([...new Set(keys)].map((key) => [key, registry.product(key)]));
      return Promise.all(keys.map((key) => products.get(key)));
    });
    this.#activated = new SharedLookups(async (ids) => {
      await registry.markActivated(ids);
      return ids.map(() => undefined);
    });
  }

  /** Rejects only with a Fault of the registry; see the port. */
  async authenticate(connecting: ConnectingDevice): Promise<Admission> {
    const identity = readIdentity(connecting);
    if (identity === undefined) return refused('client-id');
    if (identity.proof.kind === 'certificate') return this.#admission(identity);
    const attempt = { claimed: JSON.stringify(identity.claim), address: connecting.remoteAddress };
    const admission = await this.#guard.attempt(attempt, async () => {
      const value = await this.#admission(identity);
      return { outcome: outcomeOf(value), value };
    });
    return admission ?? refused('throttled');
  }

  async #admission(identity: ClaimedIdentity): Promise<Admission> {
    const { wireFormat, proof } = identity;
    const { now, found } = await this.#credentials.ask(identity.claim);
    const devices = found.filter((device) => wireFormat === null || device.wireFormat === wireFormat);
    if (proof.kind === 'activation') return this.#activation(devices[0], proof, now);
    const proven: DeviceCredentials[] = [];
    for (const device of devices) if (await this.#isProven(device, proof, now)) proven.push(device);
    if (devices.length === 0) spendAsMuch(proof, now);
    if (devices.length === 0) return refused('unknown');
    // A node of two applications with one and the same secret could be either.
    return proven.length === 1 ? this.#admit(proven[0]!, now) : refused('wrong-password');
  }

  async #isProven({ id, secret }: DeviceCredentials, proof: Proof, now: number): Promise<boolean> {
    if (proof.kind === 'certificate') return true;
    if (secret?.kind === 'unreadable') throw secret.cause;
    if (secret === null || proof.kind === 'activation') return false;
    if (proof.kind === 'sent') {
      if (proof.secret === '') return false;
      return secret.kind === 'hash'
        ? this.#registry.secretMatches(proof.secret, secret.hash)
        : equalInConstantTime(proof.secret, secret.secret);
    }
    if (secret.kind === 'plain') return proof.isBy(secret.secret, now);
    // Its product spoke another wire format when the secret was written.
    this.#logger.warn({ deviceId: id }, 'a device cannot log in until it is given a secret anew: only a hash is kept');
    return false;
  }

  async #admit({ id, productKey, key, activated, ...device }: DeviceCredentials, now: number): Promise<Admission> {
    const codec = Object.values(wireFormats).find(({ name }) => name === device.wireFormat);
    if (codec === undefined) return refused('unknown');
    if (!activated) {
      // An EnOS device activates itself by its first login.
      if (codec.name !== 'enos') return refused('not-activated');
      await this.#activated.ask(id);
    }
    const address: DeviceAddress = { deviceId: id, productKey, deviceKey: key };
    const subscribesItself = codec.subscriptionsFor(address, []).length === 0;
    const product = subscribesItself ? undefined : await this.#products.ask(productKey);
    const subscriptions = codec.subscriptionsFor(address, servicesOf(product?.model ?? null));
    const epoch = this.#epochOf(id, now);
    return { kind: 'admitted', device: { wireFormat: codec.name, device: address, epoch, subscriptions } };
  }

  async #activation(
    device: DeviceCredentials | undefined,
    proof: Extract<Proof, { kind: 'activation' }>,
    now: number,
  ): Promise<Admission> {
    const key = device?.productKey ?? '';
    const [product, secret] = await Promise.all([this.#products.ask(key), this.#registry.productSecret(key)]);
    const isProven = proof.isBy(secret ?? 'none') && secret !== undefined;
    if (device === undefined || product === undefined) return refused('unknown');
    if (!isProven) return refused('wrong-password');
    if (!activatesDevices(product)) return refused('not-activated');
    const activated = (id: DeviceId): Promise<void> => this.#activated.ask(id);
    const told = await activation(this.#registry, device, { now, activated });
    if (told) return told;
    this.#logger.debug({ deviceId: device.id }, 'a device that is activated asked for its secret again, in vain');
    return activatedAlready;
  }

  #epochOf(id: DeviceId, now: number): number {
    const epoch = Math.max(now, (this.#epochs.get(id) ?? 0) + 1);
    this.#epochs.set(id, epoch);
    return epoch;
  }
}

function refused(reason: AdmissionRefusal): Admission {
  return { kind: 'refused', reason };
}

/** The product's secret was right, but proves nothing any more. */
const activatedAlready = refused('wrong-password');

/**
 * Who proved himself was right, whatever else he is refused for. An activated device that asks for its secret again is no guesser: the
 * vendor's software goes on doing so beside its first real login, which must not be held back for it.
 */
function outcomeOf(admission: Admission): AttemptOutcome | undefined {
  if (admission === activatedAlready) return undefined;
  if (admission.kind !== 'refused' || admission.reason === 'not-activated') return 'right';
  return 'wrong';
}

/** An unknown device costs the digest that a wrong password costs. Not the hash of native secrets: whoever asks for nobody gets no work for it. */
function spendAsMuch(proof: Proof, now: number): void {
  if (proof.kind === 'computed') proof.isBy('none', now);
}
