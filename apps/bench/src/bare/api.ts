import Fastify from 'fastify';
import pg from 'pg';
import { GroupCommitter } from './group-committer.js';
import { BareProducer } from './kafka.js';
import { BARE_SCHEMA, COMMANDS_TOPIC, INSERT, type BareCommand } from './schema.js';

/** The bare front: Fastify, one group-committed insert, and a record to Kafka where brokers are given. */
export async function runBareApi(options: { port: number; databaseUrl: string; brokers?: string }): Promise<void> {
  const pool = new pg.Pool({ connectionString: options.databaseUrl, max: 4 });
  await pool.query(BARE_SCHEMA);
  const committer = new GroupCommitter<BareCommand>(pool, INSERT);
  const producer =
    options.brokers === undefined ? undefined : await BareProducer.connect(options.brokers, COMMANDS_TOPIC);
  let next = BigInt(Date.now()) << 22n;
  const app = Fastify({ logger: false });
  app.post('/commands', async (request, reply) => {
    const { deviceId, callbackUrl, command } = request.body as {
      deviceId: string;
      callbackUrl: string;
      command: { method: string; paras: unknown };
    };
    const commandId = String((next += 1n));
    const stored: BareCommand = { commandId, deviceId, callbackUrl, method: command.method, parameters: command.paras };
    await committer.write(stored);
    void producer?.send(deviceId, JSON.stringify(stored));
    return reply.code(201).send({ commandId, deviceId, status: 'PENDING' });
  });
  await app.listen({ port: options.port, host: '127.0.0.1' });
}
