import { startWebhookReceiver, type WebhookAnswer, type WebhookReceiver } from '@downlink/testing';
import type { System } from '../system/system.js';

/** A receiver of callbacks that the services can reach. Each spec takes a path of its own. */
export class CallbackReceiver {
  private readonly script = new Map<string, WebhookAnswer[]>();
  private paths = 0;

  private constructor(
    private readonly receiver: WebhookReceiver,
    private readonly url: string,
  ) {
    receiver.answerWith(({ path }) => this.script.get(path)?.shift() ?? { status: 200, body: 'ok' });
  }

  static async open(system: System): Promise<CallbackReceiver> {
    const receiver = await startWebhookReceiver();
    return new CallbackReceiver(receiver, await system.reachable(receiver.port));
  }

  /** A callback address of one's own; the first requests to it get these answers, all others 200. */
  address(...first: WebhookAnswer[]): string {
    const path = `/callbacks/${(this.paths += 1)}`;
    this.script.set(path, first);
    return this.url + path;
  }

  /** The bodies that arrived at this address, as they came. */
  bodies(address: string): string[] {
    const { pathname } = new URL(address);
    return this.receiver.received.filter(({ path }) => path === pathname).map(({ rawBody }) => rawBody.toString());
  }

  /** Waits for this many requests at the address and gives their bodies. */
  async untilBodies(address: string, count: number, withinMs = 20_000): Promise<string[]> {
    const { pathname } = new URL(address);
    await this.receiver.waitFor(count, { which: ({ path }) => path === pathname, withinMs });
    return this.bodies(address);
  }

  stop(): Promise<void> {
    return this.receiver.stop();
  }
}
