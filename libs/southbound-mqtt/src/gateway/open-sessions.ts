import type { OpenSession } from './gateway-room.js';
import type { ModelChange } from './ports.js';

/** Sessions that are subscribed anew between two looks at the network. */
const subscribedAtOnce = 200;

/** The sessions that are open on the broker. */
export class OpenSessions {
  readonly #sessions = new Set<OpenSession>();
  readonly #products = new Map<string, number>();

  get size(): number {
    return this.#sessions.size;
  }

  get products(): readonly string[] {
    return [...this.#products.keys()];
  }

  add(session: OpenSession): void {
    this.#sessions.add(session);
    const { productKey } = session.device;
    this.#products.set(productKey, (this.#products.get(productKey) ?? 0) + 1);
  }

  delete(session: OpenSession): void {
    if (!this.#sessions.delete(session)) return;
    const { productKey } = session.device;
    const left = (this.#products.get(productKey) ?? 1) - 1;
    if (left > 0) this.#products.set(productKey, left);
    else this.#products.delete(productKey);
  }

  /** Subscribes all devices of a product, some at a time. */
  async resubscribe({ productKey, subscriptionsFor }: ModelChange): Promise<void> {
    const concerned = [...this.#sessions].filter(({ device }) => device.productKey === productKey);
    for (const [index, session] of concerned.entries()) {
      if (index % subscribedAtOnce === subscribedAtOnce - 1) await new Promise((resolve) => setImmediate(resolve));
      session.subscribeFor(subscriptionsFor(session.device));
    }
  }

  shutDown(): void {
    for (const session of this.#sessions) session.shutDown();
  }
}
