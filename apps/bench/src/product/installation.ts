import { randomBytes } from 'node:crypto';
import { freePort, startProcess, type TestProcess } from '@downlink/testing';
import type { Target } from '../load/target.js';
import { entryOf } from '../processes.js';
import type { Servers } from '../servers.js';

export type Service = 'command-api' | 'dispatcher' | 'scheduler' | 'notifier' | 'device-gateway';

export const APPLICATION = { id: 'bench', secret: 'bench-secret' };
export const PRODUCT_KEY = 'bench';

/** One Downlink on one database: what its services have in common, so that any of them can be started, and started again. */
export class Installation {
  private readonly common: Readonly<Record<string, string>>;
  private readonly adminKey = randomBytes(24).toString('base64url');

  private constructor(
    servers: Servers,
    readonly databaseUrl: string,
    private readonly port: number,
    options: { readonly name: string; readonly secretsKey: string },
  ) {
    this.common = {
      DATABASE_URL: databaseUrl,
      SECRETS_KEY: options.secretsKey,
      KAFKA_BROKERS: servers.kafka.brokers.join(','),
      TOPIC_PREFIX: options.name,
      MQTT_URL: servers.mosquitto.url,
      LOG_LEVEL: 'info',
    };
  }

  /** @param options.name the prefix of its topics; `secretsKey` is made unless the database was written with one */
  static async on(
    servers: Servers,
    databaseUrl: string,
    options: { readonly name: string; readonly secretsKey?: string },
  ): Promise<Installation> {
    const secretsKey = options.secretsKey ?? newSecretsKey();
    return new Installation(servers, databaseUrl, await freePort(), { name: options.name, secretsKey });
  }

  /** Starts one service as it is built for production, with further settings. The command API always has the same port. */
  async start(service: Service, settings: Readonly<Record<string, string>> = {}): Promise<TestProcess> {
    const own =
      service === 'command-api'
        ? { PORT: String(this.port), HOST: '127.0.0.1', ADMIN_KEY: this.adminKey }
        : { OPERATIONS_PORT: String(await freePort()) };
    return startProcess({
      name: service,
      script: entryOf(service),
      env: { ...this.common, ...own, ...settings },
      ready: /ready/,
      readyWithinMs: 60_000,
    });
  }

  /** Declares over the native API. @throws Error with the answer when it is refused */
  async provision(declaration: object): Promise<void> {
    const response = await fetch(`${this.base}/v1/provision`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(declaration),
    });
    if (!response.ok) throw new Error(`provisioning failed: ${response.status} ${await response.text()}`);
  }

  /** Huawei's create call, logged in. @throws Error when the API is not there */
  async target(): Promise<Target> {
    const body = new URLSearchParams({ appId: APPLICATION.id, secret: APPLICATION.secret });
    const response = await fetch(`${this.base}/iocm/app/sec/v1.1.0/login`, { method: 'POST', body });
    const { accessToken } = (await response.json()) as { accessToken?: string };
    if (accessToken === undefined) throw new Error(`login failed: ${response.status}`);
    return {
      name: 'downlink',
      url: `${this.base}/iocm/app/cmd/v1.4.0/deviceCommands`,
      headers: { app_key: APPLICATION.id, authorization: `Bearer ${accessToken}` },
    };
  }

  /** `http://127.0.0.1:port` of the command API. */
  get base(): string {
    return `http://127.0.0.1:${this.port}`;
  }
}

export const newSecretsKey = (): string => randomBytes(32).toString('base64');
