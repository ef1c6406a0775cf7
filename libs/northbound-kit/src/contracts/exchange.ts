import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

/** A request as a client would send it; `body` as it is, so that it may be broken. */
export interface ContractRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

export interface ContractAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over a connection of its own; reads the answer also where the server stops reading the body. */
export function exchange(url: string, { method, path, headers, body }: ContractRequest): Promise<ContractAnswer> {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(
      url + path,
      { method, headers: { ...headers, ...length }, agent: false },
      (response) => void received(response).then(resolve, reject),
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** An answer, read to its end. */
export function received(response: IncomingMessage): Promise<ContractAnswer> {
  const { statusCode: status = 0, headers } = response;
  const contentType = headers['content-type'] ?? '';
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', reject);
    response.on('end', () => resolve({ status, contentType, headers, body: Buffer.concat(chunks).toString('utf8') }));
  });
}
