/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

/** One HTTP call. @throws the network's error when there was no answer */
export async function httpCall(
  url: string,
  init: { method?: string; headers?: Record<string, string>; body?: string | Buffer<ArrayBuffer> } = {},
): Promise<Answer> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true && text !== '';
  return { status: response.status, text, body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {} };
}
