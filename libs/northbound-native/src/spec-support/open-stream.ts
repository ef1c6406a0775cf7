import { request as httpRequest } from 'node:http';
import { eventually } from '@downlink/testing';
import { expect } from '@jest/globals';

/** One event as a browser would hand it over. */
export interface ReadEvent {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A client of server-sent events. */
export interface OpenStream {
  readonly status: number;
  readonly contentType: string;
  /** All events so far. */
  readonly events: readonly ReadEvent[];
  /** Whatever came, comments too. */
  text(): string;
  /** `end`: the server said so; `cut`: the connection was lost. */
  ended(): 'end' | 'cut' | undefined;
  /** Resolves when so many events have come. */
  until(count: number): Promise<void>;
  leave(): void;
}

export function openStream(
  url: string,
  path: string,
  key: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<OpenStream> {
  return new Promise((resolve, reject) => {
    const events: ReadEvent[] = [];
    let text = '';
    let read = 0;
    let ended: 'end' | 'cut' | undefined;
    const request = httpRequest(url + path, { headers: { authorization: `Bearer ${key}`, ...headers }, agent: false });
    request.on('response', (response) => {
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        for (let end = text.indexOf('\n\n', read); end >= 0; end = text.indexOf('\n\n', read)) {
          events.push(...eventOf(text.slice(read, end)));
          read = end + 2;
        }
      });
      response.on('end', () => (ended = 'end'));
      response.on('error', () => (ended ??= 'cut'));
      resolve({
        status: response.statusCode ?? 0,
        contentType: response.headers['content-type'] ?? '',
        events,
        text: () => text,
        ended: () => ended,
        until: (count) => eventually(() => expect(events.length).toBeGreaterThanOrEqual(count), { withinMs: 5_000 }),
        leave: () => void request.destroy(),
      });
    });
    request.on('error', reject);
    request.end();
  });
}

/** None for a comment. */
function eventOf(block: string): ReadEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  const [id, event, data] = ['id', 'event', 'data'].map((name) => fields.get(name));
  if (id === undefined || event === undefined || data === undefined) return [];
  return [{ id, event, data: JSON.parse(data) as Record<string, unknown> }];
}
