import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Receives webhooks and says when the final one of a command has come. Answers 200 at once. */
export class WebhookSink {
  private readonly server: Server;
  private readonly awaited = new Map<string, () => void>();
  /** Final webhooks that came before the response which names their command. */
  private readonly early = new Set<string>();
  received = 0;

  constructor() {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.received += 1;
        response.end();
        const { commandId, result } = JSON.parse(Buffer.concat(chunks).toString()) as {
          commandId: string;
          result: { resultCode: string };
        };
        if (result.resultCode === 'SUCCESSFUL') this.finished(commandId);
      });
    });
    this.server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<string> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/cmd`;
  }

  /** Resolves when the command's final webhook has arrived. */
  finalOf(commandId: string): Promise<void> {
    if (this.early.delete(commandId)) return Promise.resolve();
    return new Promise((resolve) => this.awaited.set(commandId, resolve));
  }

  get unfinished(): number {
    return this.awaited.size;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private finished(commandId: string): void {
    const resolve = this.awaited.get(commandId);
    if (resolve === undefined) this.early.add(commandId);
    else resolve();
    this.awaited.delete(commandId);
  }
}
