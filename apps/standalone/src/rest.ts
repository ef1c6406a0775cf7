import { readFile } from 'node:fs/promises';
import { LocalFactTail } from '@downlink/bus';
import { DeadLetterDesk } from '@downlink/command-engine';
import { loadModelImporters } from '@downlink/provisioning';
import { FinalEvents, Quota } from '@downlink/northbound-kit';
import type { HealthRegistry, Logger, Metrics } from '@downlink/runtime';
import { startCommandApi, type CommandApiParts } from '../../command-api/src/start-command-api.js';
import type { StandaloneConfig } from './config.js';
import type { Core } from './core.js';
import type { DataFolder, InstallationSecrets } from './data-folder.js';
import { selfSignedCertificate } from './self-signed.js';
import { welcomePage } from './welcome.js';

export interface RestParts {
  readonly config: StandaloneConfig;
  readonly core: Core;
  readonly secrets: InstallationSecrets;
  readonly folder: DataFolder;
  readonly logger: Logger;
}

export interface Rest {
  readonly urls: { readonly http: string; readonly https?: string };
  stop(): Promise<void>;
}

/** Serves all dialects and the page at `/`, over HTTP and, where asked for, over HTTPS on a port of its own. */
export async function startRest(
  parts: RestParts,
  operations: { readonly metrics: Metrics; readonly health: HealthRegistry; readonly mqtt: string },
): Promise<Rest> {
  const { config, core, secrets, folder, logger } = parts;
  const finalEvents = new FinalEvents({ reader: core.store.commandReader, logger });
  finalEvents.listenTo(new LocalFactTail(core.bus, finalEvents.listener));
  const common: Omit<CommandApiParts, 'port'> = {
    sources: {
      commands: core.commands,
      reader: core.store.commandReader,
      registry: core.store.registry,
      tokens: core.store.accessTokens,
      modelImporters: await loadModelImporters(),
      webhooks: core.store.webhookDeliveries,
      strayAnswers: core.store.strayAnswers,
      cancelTasks: core.store.cancelTasks,
      batchTasks: core.store.batchTasks,
      subscriptions: core.store.subscriptions,
      deadLetters: new DeadLetterDesk({ letters: core.store.deadLetters, lanes: core.engine, records: core.bus }),
      finalEvents,
      quota: new Quota({ counts: core.store.callCounts, logger }),
    },
    dialects: { native: { adminKey: secrets.adminKey } },
    host: config.HOST,
    logger,
    metrics: operations.metrics,
    health: operations.health,
    mount: (http) => {
      http.get('/', (request, reply) => {
        const page = welcomePage(
          { http: `${request.protocol}://${request.host}`, mqtt: operations.mqtt },
          folder.file('demo.json'),
        );
        return reply.type('text/html; charset=utf-8').send(page);
      });
    },
  };
  const plain = await startCommandApi({ ...common, port: config.PORT });
  const http = `http://127.0.0.1:${plain.port}`;
  if (config.HTTPS_PORT === undefined) return { urls: { http }, stop: () => plain.stop() };
  const secure = await startCommandApi({
    ...common,
    port: config.HTTPS_PORT,
    https: await certificateOf(config, folder),
  });
  return {
    urls: { http, https: `https://127.0.0.1:${secure.port}` },
    stop: async () => void (await Promise.all([plain.stop(), secure.stop()])),
  };
}

async function certificateOf(
  { TLS_CERT, TLS_KEY }: StandaloneConfig,
  folder: DataFolder,
): Promise<{ cert: string; key: string }> {
  if (TLS_CERT === undefined || TLS_KEY === undefined) return selfSignedCertificate(folder);
  return { cert: await readFile(TLS_CERT, 'utf8'), key: await readFile(TLS_KEY, 'utf8') };
}
