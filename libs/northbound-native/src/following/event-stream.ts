import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { FollowingSettings } from './settings.js';

/** One event of a stream: its id is what a caller comes back with. */
export interface StreamedEvent {
  readonly id: string;
  /** The event's type, which a browser's EventSource listens for by name. */
  readonly event: string;
  readonly data: object;
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // Proxies that gather answers would keep a stream to themselves.
  'x-accel-buffering': 'no',
};

/**
 * An answer in the form of server-sent events (HTML Living Standard, §9.2). It holds at most what one call of `send` gave it: the next
 * waits until that is taken, and whoever does not take it in time is cut off.
 */
export class EventStream {
  private readonly raw: ServerResponse;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(
    reply: FastifyReply,
    private readonly settings: Pick<FollowingSettings, 'heartbeatMs' | 'drainWithinMs'>,
  ) {
    reply.hijack();
    this.raw = reply.raw;
    this.raw.writeHead(200, HEADERS);
    // An empty comment, so that the caller knows at once that it is there.
    this.raw.write(':\n\n');
    this.heartbeat = setInterval(() => void this.beat(), settings.heartbeatMs);
    this.raw.once('close', () => clearInterval(this.heartbeat));
  }

  /** Whether anybody is there still. */
  get open(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded;
  }

  onClosed(listener: () => void): void {
    this.raw.once('close', listener);
  }

  /** Resolves when the caller's side has taken them, or was cut off. */
  async send(events: readonly StreamedEvent[]): Promise<void> {
    if (!this.open || events.length === 0) return;
    this.heartbeat.refresh();
    if (this.raw.write(events.map(textOf).join(''))) return;
    const late = setTimeout(() => this.raw.destroy(), this.settings.drainWithinMs);
    await new Promise<void>((resolve) => this.raw.once('drain', resolve).once('close', resolve));
    clearTimeout(late);
  }

  end(): void {
    clearInterval(this.heartbeat);
    if (this.open) this.raw.end();
  }

  /** Ends it in the middle: the caller comes back and goes on where it stopped. */
  cut(): void {
    this.raw.destroy();
  }

  private beat(): void {
    if (this.open && !this.raw.writableNeedDrain) this.raw.write(': still here\n\n');
  }
}

/** JSON has no line breaks of its own, so that one line of data is enough. */
function textOf({ id, event, data }: StreamedEvent): string {
  return `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
