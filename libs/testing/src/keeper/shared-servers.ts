import { environment } from '../environment.js';
import { startKafka } from '../kafka/start-kafka.js';
import { startPostgres } from '../postgres/start-postgres.js';
import { reportServer } from '../servers/report-server.js';

/** The test run's Postgres: everybody's, so nobody stops it. */
export interface SharedPostgres {
  urlOf(database: string): string;
  version: string;
}

/** What the keeper answers when asked for a server, as JSON. */
export interface KeptServers {
  postgres: { port: number; version: string };
  kafka: { brokers: string[]; version: string };
}

/**
 * The Postgres of this test run, started when first asked for. In a process that is not a part of a test run it is one of the
 * process's own, swept at the next start of a run.
 */
export async function sharedPostgres(): Promise<SharedPostgres> {
  const { port, version } = await askKeeper('postgres', startPostgres);
  return { version, urlOf: (database) => `postgres://postgres:postgres@127.0.0.1:${String(port)}/${database}` };
}

/** The test run's Kafka: everybody's, so nobody stops it, and topics and groups begin with a prefix of one's own. */
export interface SharedKafka {
  brokers: string[];
  version: string;
}

/** The Kafka that KAFKA_BROKERS names, else the one of this test run, started when first asked for. */
export async function sharedKafka(): Promise<SharedKafka> {
  const brokers = environment.kafkaBrokers();
  if (brokers.length > 0) {
    const given = { brokers, version: 'unknown' };
    reportServer({ server: 'Apache Kafka', version: given.version, how: `KAFKA_BROKERS=${brokers.join(',')}` });
    return given;
  }
  return askKeeper('kafka', startKafka);
}

const asked = new Map<string, Promise<unknown>>();

/** Asks the keeper once per process; `startOwn` where there is no keeper. */
export function askKeeper<Kind extends keyof KeptServers>(
  kind: Kind,
  startOwn: () => Promise<KeptServers[Kind]>,
): Promise<KeptServers[Kind]> {
  const before = asked.get(kind) as Promise<KeptServers[Kind]> | undefined;
  if (before !== undefined) return before;
  const url = environment.keeperUrl();
  const answer = url === undefined ? startOwn() : fetchKept<Kind>(`${url}/${kind}`);
  asked.set(kind, answer);
  return answer;
}

async function fetchKept<Kind extends keyof KeptServers>(url: string): Promise<KeptServers[Kind]> {
  const response = await fetch(url, { method: 'POST' });
  const body = await response.text();
  if (!response.ok) throw new Error(`the test run's shared server could not be started: ${body}`);
  return JSON.parse(body) as KeptServers[Kind];
}
