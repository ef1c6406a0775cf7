import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ReceivedBody } from '@downlink/store-postgres';

/**
 * An application's receiver of webhooks that can go away and come back on the same port. It remembers a digest of each body: an
 * hour of load is millions of bodies, and only those that differ under one id are needed.
 */
export class WebhookSink {
  received = 0;
  /** All wordings of every webhook id that came with more than one. */
  readonly contradictions: ReceivedBody[] = [];
  private readonly digests = new Map<string, string>();
  private server: Server | undefined;
  private port = 0;

  async open(): Promise<void> {
    this.server = createServer((request, response) => void this.take(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Cuts all connections and refuses new ones. */
  async close(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      this.remember(String(request.headers['webhook-id'] ?? ''), Buffer.concat(chunks).toString());
      response.end();
    } catch (error) {
      // The sender went away in the middle.
      response.destroy(error instanceof Error ? error : undefined);
    }
  }

  private remember(webhookId: string, body: string): void {
    this.received += 1;
    if (webhookId === '') return;
    const digest = createHash('sha1').update(body).digest('base64');
    const known = this.digests.get(webhookId);
    if (known === undefined) this.digests.set(webhookId, digest);
    // The checker compares it with the stored wording.
    else if (known !== digest) this.contradictions.push({ webhookId, body });
  }
}
