import type { LoggerService, Type, DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Socket } from 'node:net';
import { keepRawBody } from '../body/raw-body.js';
import { BODY_LIMIT, MalformedBody, readForm, readJson } from '../body/read-json.js';
import { YamlBody } from '../body/read-yaml.js';
import { DialectChooser } from '../dialect/choose-dialect.js';
import type { DialectFace } from '../dialect/dialect.js';
import { DialectErrorsFilter } from './dialect-errors.filter.js';
import { ErrorResponder, JSON_TYPE, type NorthboundLogger } from './error-responder.js';

export interface NorthboundAppOptions {
  readonly dialects: readonly DialectFace[];
  /** Answers for the paths that belong to no dialect. */
  readonly fallback: DialectFace;
  readonly logger: NorthboundLogger;
  /** Nest's own words; false for silence. */
  readonly nestLogger: LoggerService | false;
  /**
   * PEM; with it the server speaks HTTPS. A client's certificate is asked for and never demanded or checked: the vendors' SDKs bring one
   * (Huawei's has run out), and callers prove themselves by their tokens.
   */
  readonly https?: { readonly cert: string; readonly key: string };
  /** Addresses and ranges (CIDR) whose `X-Forwarded-For` says where a request came from; nobody's is believed without. */
  readonly trustedProxies?: readonly string[];
}

/** A request that has not arrived whole by then is given up (slow senders must not hold sockets for ever). */
const REQUEST_TIMEOUT_MS = 30_000;

/**
 * Creates the Nest application that dialects are mounted in: Fastify, bodies up to BODY_LIMIT (more where a dialect says so),
 * JSON only (forms likewise), every error in the form of the dialect that the path belongs to. Not yet listening.
 */
export async function createNorthboundApp(
  module: Type | DynamicModule,
  options: NorthboundAppOptions,
): Promise<NestFastifyApplication> {
  const chooser = new DialectChooser(options.dialects, options.fallback);
  const responder = new ErrorResponder(chooser, options.logger);
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    // A request line that the router cannot read never reaches the filter.
    frameworkErrors: (error: unknown, request: FastifyRequest, reply: FastifyReply) =>
      responder.respond(error, request.url, reply),
    // Nor does what is no HTTP, and there is no path by which a dialect could be told.
    clientErrorHandler: (_error: Error, socket: Socket) => refuseUnreadable(socket, options.fallback),
    ...serverOf(options),
  });
  readBodies(adapter.getInstance() as unknown as FastifyInstance, chooser);
  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger: options.nestLogger,
    abortOnError: false,
  });
  app.useGlobalFilters(new DialectErrorsFilter(responder));
  return app;
}

/** Requests without a `Host` come as far as `readBodies`: Node would refuse them by itself, without a body. */
function serverOf({ https }: NorthboundAppOptions): object {
  const requireHostHeader = false;
  if (https === undefined) return { http: { requireHostHeader } };
  const { cert, key } = https;
  return { https: { cert, key, requestCert: true, rejectUnauthorized: false, requireHostHeader } };
}

/** What no route should ever see: no host (RFC 9112 §3.2), and `%00`, which becomes U+0000, which no store can look for. */
function flawOf({ url, headers, raw }: FastifyRequest): MalformedBody | undefined {
  if (url.includes('%00')) return new MalformedBody('the URL holds U+0000');
  if (headers.host !== undefined || raw.httpVersion !== '1.1') return undefined;
  return new MalformedBody('the request has no Host');
}

function readBodies(fastify: FastifyInstance, chooser: DialectChooser): void {
  fastify.addHook('onRequest', (request, _reply, done) => done(flawOf(request)));
  fastify.addHook('onRoute', (route) => {
    route.bodyLimit ??= chooser.bodyLimit(route.url);
  });
  // Node would answer a strange `Expect` by itself, without a body; nobody has to meet an expectation.
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = body as Buffer;
    if (chooser.keepsRawBodies(request.url)) keepRawBody(request, bytes);
    // A DELETE needs no body, and clients announce JSON with it all the same.
    const mayBeEmpty = request.method === 'DELETE' || chooser.takesEmptyBodies(request.url);
    if (bytes.length === 0 && mayBeEmpty) return done(null, undefined);
    settle(() => readJson(bytes), done);
  });
  fastify.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (request, body, done) => {
    if (chooser.takesForms(request.url)) return settle(() => readForm(body as Buffer), done);
    done(notJson());
  });
  fastify.addContentTypeParser('application/yaml', { parseAs: 'buffer' }, (request, body, done) => {
    if (chooser.takesYaml(request.url)) return done(null, new YamlBody(body as Buffer));
    done(notJson());
  });
}

const notJson = (): Error => Object.assign(new Error('not JSON'), { statusCode: 415 });

function settle(read: () => unknown, done: (error: Error | null, value?: unknown) => void): void {
  let value: unknown;
  try {
    value = read();
  } catch (error) {
    return done(error as Error);
  }
  done(null, value);
}

/** To a client that is gone there is nothing to say. */
function refuseUnreadable(socket: Socket, { answer }: DialectFace): void {
  if (!socket.writable) return void socket.destroy();
  const { status, body, contentType = JSON_TYPE } = answer({ kind: 'malformed', detail: 'this is no HTTP' }, '/');
  const length = String(Buffer.byteLength(body));
  const head = [
    `HTTP/1.1 ${String(status)} Bad Request`,
    'Connection: close',
    `Content-Type: ${contentType}`,
    `Content-Length: ${length}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
