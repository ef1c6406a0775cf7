import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { enosFaces } from '@downlink/northbound-enos';
import { huaweiFace } from '@downlink/northbound-huawei';
import { nativeFaceOf } from '@downlink/northbound-native';
import { quectelFace } from '@downlink/northbound-quectel';
import { createNorthboundApp, northboundPorts, type NorthboundSources } from '@downlink/northbound-kit';
import { NestLogger, operationsHandlers, type HealthRegistry, type Logger, type Metrics } from '@downlink/runtime';
import { showGauges } from './command-api.metrics.js';
import { CommandApiModule, type DialectOptions } from './app.module.js';

export interface CommandApiParts {
  readonly sources: NorthboundSources;
  readonly dialects: DialectOptions;
  /** 0 for any free port. */
  readonly port: number;
  readonly host: string;
  /** PEM texts; with them the server speaks HTTPS. */
  readonly https?: { readonly cert: string; readonly key: string };
  /** As `NorthboundAppOptions.trustedProxies`. */
  readonly trustedProxies?: readonly string[];
  /** Whatever else the host serves on this port; called before listening. */
  readonly mount?: (http: FastifyInstance) => void;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: HealthRegistry;
}

/**
 * Serves all dialects, `/health/live`, `/health/ready` and `/metrics`. Returns the port that it listens on and how to stop:
 * no new connections, requests under way are answered. @throws the listen error (EADDRINUSE, EACCES)
 */
export async function startCommandApi(parts: CommandApiParts): Promise<{ port: number; stop(): Promise<void> }> {
  const { logger, https, trustedProxies } = parts;
  const module = CommandApiModule.forRoot(northboundPorts(parts.sources), parts.dialects);
  const nativeFace = nativeFaceOf(parts.dialects.native);
  showGauges(parts.metrics, parts.sources);
  const app = await createNorthboundApp(module, {
    dialects: [...enosFaces, huaweiFace, quectelFace, nativeFace],
    fallback: nativeFace,
    logger,
    nestLogger: new NestLogger(logger),
    ...(https && { https }),
    ...(trustedProxies && { trustedProxies }),
  });
  const http = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  parts.mount?.(http);
  for (const [path, handler] of operationsHandlers(parts)) {
    http.get(path, async (_request, reply) => {
      const { status, contentType, body } = await handler();
      return reply.code(status).header('content-type', contentType).send(body);
    });
  }
  await app.listen(parts.port, parts.host);
  return { port: (app.getHttpServer().address() as AddressInfo).port, stop: () => stopHolding(parts, app) };
}

/** Whoever is held is answered with the state as it stands, or the end of the process would wait for the ends of commands. */
async function stopHolding({ sources }: CommandApiParts, app: { close(): Promise<void> }): Promise<void> {
  sources.finalEvents.close();
  await app.close();
  await sources.quota.close();
}
