import { beforeEach, describe, expect, it } from '@jest/globals';
import { makeCommandId, type CommandId } from '@downlink/command-domain';
import { eventually } from '@downlink/testing';
import { SHARD_COUNT } from '../ports/shard-leases.port.js';
import type { Delivery, DeliveryAttempt, NewDelivery, WebhookDeliveries } from '../ports/webhook-deliveries.port.js';

const ALL_SHARDS = Array.from({ length: SHARD_COUNT }, (_, shard) => shard);
/** Longer than any of these tests takes. */
const LONG = 600_000;

/** What every store of webhook deliveries promises. `open` gives two doors to one store with nothing in it: two notifiers. */
export function webhookDeliveriesContract(open: () => Promise<[WebhookDeliveries, WebhookDeliveries]>): void {
  let deliveries: WebhookDeliveries;
  let other: WebhookDeliveries;
  beforeEach(async () => {
    [deliveries, other] = await open();
  });

  describe('a delivery', () => {
    it('is claimed at once when nothing of its command is pending, and comes back as it was given', async () => {
      const given = [delivery(1, 1), delivery(2, 3)];
      const claimed = await deliveries.enqueue(given, LONG);
      expect(sorted(claimed)).toEqual(given.map((each) => ({ ...each, attempts: 0 })));
      expect(await deliveries.ofCommand(command(2))).toEqual([
        { ...given[1], attempts: 0, status: 'pending', nextAttemptAt: expect.any(Number), log: [] },
      ]);
    });

    it('waits for the earlier ones of its command, of the same call too', async () => {
      expect(keys(await deliveries.enqueue([delivery(1, 2), delivery(1, 1), delivery(2, 1)], LONG))).toEqual([
        '1-1',
        '2-1',
      ]);
      expect(keys(await deliveries.enqueue([delivery(1, 3), delivery(3, 1)], LONG))).toEqual(['3-1']);
    });

    it('is stored once, with its first body, and claimed once', async () => {
      await deliveries.enqueue([delivery(1, 1)], LONG);
      expect(await other.enqueue([{ ...delivery(1, 1), body: 'another' }], LONG)).toEqual([]);
      expect(await deliveries.ofCommand(command(1))).toMatchObject([{ body: delivery(1, 1).body }]);
    });

    it('given twice in one call is stored once', async () => {
      expect(await deliveries.enqueue([delivery(1, 1), delivery(1, 1)], LONG)).toHaveLength(1);
    });

    it('goes at once when the earlier ones given again with it were settled long ago', async () => {
      await deliveries.enqueue([delivery(1, 1)], LONG);
      await deliveries.record([attempt(1, 1)], LONG);
      expect(keys(await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], LONG))).toEqual(['1-2']);
    });

    it('keeps any text as its body', async () => {
      const body = `{"text":"ключ\u{1F511} \\u0000 'quoted' \\\\ ${'x'.repeat(20_000)}"}`;
      const [claimed] = await deliveries.enqueue([{ ...delivery(1, 1), body }], 1);
      expect(claimed?.body).toBe(body);
      await eventually(async () => expect((await deliveries.claimDue(ALL_SHARDS, 9, LONG))[0]?.body).toBe(body));
    });
  });

  describe('deliveries of one event to several receivers', () => {
    const to = (receiver: string, url: string, version = 1): NewDelivery => {
      const { webhookId, ...rest } = delivery(1, version);
      return { ...rest, webhookId: `${webhookId}-${receiver}`, receiver, url, body: `{"to":"${receiver}"}` };
    };
    const tried = (given: NewDelivery, more: Partial<DeliveryAttempt> = {}): DeliveryAttempt => ({
      ...attempt(1, given.version, more),
      webhookId: given.webhookId,
      receiver: given.receiver!,
    });
    const [own, one, another] = [delivery(1, 1), to('a', 'https://one.example/'), to('b', 'https://two.example/')];
    const ids = (some: readonly { webhookId: string }[]) => some.map(({ webhookId }) => webhookId).toSorted();

    it('are stored and claimed each for itself, and come back as they were given', async () => {
      const claimed = await deliveries.enqueue([own, one, another], LONG);
      expect(sorted(claimed)).toEqual(sorted([own, one, another]).map((each) => ({ ...each, attempts: 0 })));
      expect(await other.enqueue([one, own], LONG)).toEqual([]);
      expect((await deliveries.ofCommand(command(1))).map(({ webhookId }) => webhookId)).toEqual(
        [own, one, another].map(({ webhookId }) => webhookId),
      );
    });

    it('do not wait for each other: one receiver that is away holds up its own only', async () => {
      const later = [to('a', one.url, 2), to('b', another.url, 2)];
      await deliveries.enqueue([one, another, ...later], LONG);
      const failed = tried(one, failure(LONG));
      expect(ids(await deliveries.record([failed, tried(another)], LONG))).toEqual([later[1]!.webhookId]);
      expect((await deliveries.ofCommand(command(1))).map(({ receiver, log }) => [receiver, log.length])).toEqual([
        ['a', 1],
        ['b', 1],
        ['a', 0],
        ['b', 0],
      ]);
    });

    it('go to one URL in the order of version and receiver', async () => {
      const line = [to('a', one.url), to('b', one.url), to('a', one.url, 2)];
      expect(ids(await deliveries.enqueue(line.toReversed(), LONG))).toEqual([line[0]!.webhookId]);
      expect(ids(await deliveries.record([tried(line[0]!)], LONG))).toEqual([line[1]!.webhookId]);
      expect(await deliveries.enqueue([to('c', one.url)], LONG)).toEqual([]);
      expect(ids(await deliveries.record([tried(line[1]!)], LONG))).toEqual([to('c', one.url).webhookId]);
    });

    it('come due in that order', async () => {
      const line = [to('a', one.url), to('b', one.url)];
      await deliveries.enqueue([...line, own], 1);
      await eventually(async () =>
        expect(ids(await deliveries.claimDue(ALL_SHARDS, 9, LONG))).toEqual(ids([own, line[0]!])),
      );
    });
  });

  describe('a successful attempt', () => {
    it('settles the delivery and hands out the next one of its command', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2), delivery(1, 3), delivery(2, 1)], LONG);
      expect(await deliveries.record([attempt(1, 1), attempt(2, 1)], LONG)).toEqual([
        { ...delivery(1, 2), attempts: 0 },
      ]);
      expect(keys(await deliveries.record([attempt(1, 2)], LONG))).toEqual(['1-3']);
      expect(await deliveries.record([attempt(1, 3)], LONG)).toEqual([]);
      const records = await deliveries.ofCommand(command(1));
      expect(records.map(({ status, nextAttemptAt, attempts }) => [status, nextAttemptAt, attempts])).toEqual(
        Array.from({ length: 3 }, () => ['succeeded', null, 1]),
      );
    });

    it('is written down with all that is known of it', async () => {
      await deliveries.enqueue([delivery(1, 1)], LONG);
      const failed = attempt(1, 1, {
        outcome: 'failed',
        status: 500,
        response: 'ой\0',
        error: 'status-500',
        retryInMs: 0,
      });
      const silent = attempt(1, 1, { outcome: 'failed', status: null, error: 'timeout', retryInMs: 5000 });
      await deliveries.record([failed], LONG);
      await deliveries.record([silent, attempt(1, 1, { status: 204 })], LONG);
      const [record] = await deliveries.ofCommand(command(1));
      expect(record).toMatchObject({ status: 'succeeded', attempts: 3 });
      expect(record?.log).toEqual([
        { ...failed, response: expect.stringMatching(/^ой/), attempt: 1 },
        { ...silent, attempt: 2 },
        { ...attempt(1, 1, { status: 204 }), attempt: 3 },
      ]);
    });
  });

  describe('a failed attempt', () => {
    it('makes the delivery due again after its delay and not before', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(2, 1)], LONG);
      const before = Date.now();
      await deliveries.record([attempt(1, 1, failure(LONG)), attempt(2, 1, failure(10))], LONG);
      await eventually(async () => {
        expect(await deliveries.claimDue(ALL_SHARDS, 9, LONG)).toEqual([{ ...delivery(2, 1), attempts: 1 }]);
      });
      const [later] = await deliveries.ofCommand(command(1));
      expect(Math.abs((later?.nextAttemptAt ?? 0) - before - LONG)).toBeLessThan(60_000);
    });

    it('holds back what comes later for its command', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], 1);
      expect(await deliveries.record([attempt(1, 1, failure(LONG))], LONG)).toEqual([]);
      await tick();
      expect(await deliveries.claimDue(ALL_SHARDS, 9, LONG)).toEqual([]);
      expect(await deliveries.enqueue([delivery(1, 3)], LONG)).toEqual([]);
    });

    it('that was the last one exhausts the delivery and lets the next one go', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], LONG);
      expect(keys(await deliveries.record([attempt(1, 1, failure(null))], LONG))).toEqual(['1-2']);
      expect((await deliveries.ofCommand(command(1)))[0]).toMatchObject({ status: 'exhausted', nextAttemptAt: null });
    });
  });

  describe('an attempt that is recorded late', () => {
    it('is written down and leaves a settled delivery as it is', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], LONG);
      await deliveries.record([attempt(1, 1)], LONG);
      expect(await other.record([attempt(1, 1, failure(0))], LONG)).toEqual([]);
      const [record] = await deliveries.ofCommand(command(1));
      expect(record).toMatchObject({ status: 'succeeded', attempts: 2 });
      expect(record?.log.map(({ outcome }) => outcome)).toEqual(['succeeded', 'failed']);
    });

    it('for a delivery that is not there (any more) does not trouble the others', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], LONG);
      expect(keys(await deliveries.record([attempt(9, 1), attempt(1, 1)], LONG))).toEqual(['1-2']);
    });
  });

  describe('a claim', () => {
    it('lapses, so that what a dead notifier held goes on in another', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], 10);
      await eventually(async () => expect(keys(await other.claimDue(ALL_SHARDS, 9, LONG))).toEqual(['1-1']));
      expect(await deliveries.claimDue(ALL_SHARDS, 9, LONG)).toEqual([]);
      expect(keys(await other.record([attempt(1, 1)], LONG))).toEqual(['1-2']);
    });

    it('of a delivery handed out by record lapses too', async () => {
      await deliveries.enqueue([delivery(1, 1), delivery(1, 2)], LONG);
      await deliveries.record([attempt(1, 1)], 10);
      await eventually(async () => expect(keys(await other.claimDue(ALL_SHARDS, 9, LONG))).toEqual(['1-2']));
    });

    it('is given for the shards asked for, each delivery in one shard, always the same for a device', async () => {
      const given = Array.from({ length: 40 }, (_, at) => ({ ...delivery(at, 1), deviceId: `device-${at % 20}` }));
      await deliveries.enqueue(given, 1);
      await tick();
      expect(await deliveries.claimDue([], 99, LONG)).toEqual([]);
      const byShard: Delivery[][] = [];
      for (const shard of ALL_SHARDS) byShard.push(await deliveries.claimDue([shard], 99, LONG));
      expect(byShard.flat()).toHaveLength(40);
      const shardsOf = (device: string) => byShard.filter((some) => some.some(({ deviceId }) => deviceId === device));
      for (let at = 0; at < 20; at++) expect(shardsOf(`device-${at}`)).toHaveLength(1);
    });

    it('takes the earliest first, up to the limit', async () => {
      await deliveries.enqueue(
        [1, 2, 3, 4].map((number) => delivery(number, 1)),
        LONG,
      );
      const delays = [40, 10, 30, 20];
      await deliveries.record(
        delays.map((delay, at) => attempt(at + 1, 1, failure(delay))),
        LONG,
      );
      await tick(60);
      expect(keys(await deliveries.claimDue(ALL_SHARDS, 2, LONG), false)).toEqual(['2-1', '4-1']);
      expect(keys(await deliveries.claimDue(ALL_SHARDS, 9, LONG), false)).toEqual(['3-1', '1-1']);
    });

    it('is not kept from what is free by a page full of what is held back', async () => {
      const held = Array.from({ length: 5 }, (_, at) => [delivery(at, 1), delivery(at, 2)]).flat();
      await deliveries.enqueue(held, 1);
      await deliveries.record(
        Array.from({ length: 5 }, (_, at) => attempt(at, 1, failure(LONG))),
        LONG,
      );
      await deliveries.enqueue([delivery(9, 1)], 1);
      await eventually(async () => expect(keys(await deliveries.claimDue(ALL_SHARDS, 2, LONG))).toEqual(['9-1']));
    });
  });

  describe('two notifiers at the same time', () => {
    it('never get the same delivery out of what is due', async () => {
      const given = Array.from({ length: 60 }, (_, at) => delivery(at, 1));
      await deliveries.enqueue(given, 1);
      await tick();
      const claims: Delivery[] = [];
      while (claims.length < 60) {
        const pages = await Promise.all(
          [deliveries, other, deliveries, other].map((one) => one.claimDue(ALL_SHARDS, 7, LONG)),
        );
        claims.push(...pages.flat());
      }
      expect(new Set(keys(claims)).size).toBe(60);
      expect(claims).toHaveLength(60);
    });

    it('never get the same delivery when both are told of it', async () => {
      const given = Array.from({ length: 30 }, (_, at) => [delivery(at, 1), delivery(at, 2)]).flat();
      const claims = await Promise.all([deliveries, other, other].map((one) => one.enqueue(given, LONG)));
      expect(keys(claims.flat())).toEqual(keys(given.filter(({ version }) => version === 1)));
    });

    it('hand out each next delivery once, while further ones arrive', async () => {
      const commands = Array.from({ length: 20 }, (_, at) => at);
      const handedOut = await deliveries.enqueue(
        commands.map((number) => delivery(number, 1)),
        LONG,
      );
      for (let version = 1; version < 25; version++) {
        const attempts = commands.map((number) => attempt(number, version));
        const halves = [attempts.filter((_, at) => at % 2 === 0), attempts.filter((_, at) => at % 2 === 1)];
        const claims = await Promise.all([
          deliveries.record(halves[0] ?? [], LONG),
          other.enqueue(
            commands.map((number) => delivery(number, version + 1)),
            LONG,
          ),
          other.record(halves[1] ?? [], LONG),
          other.claimDue(ALL_SHARDS, 99, LONG),
        ]);
        expect(keys(claims.flat())).toEqual(keys(commands.map((number) => delivery(number, version + 1))));
        handedOut.push(...claims.flat());
      }
      expect(new Set(keys(handedOut)).size).toBe(handedOut.length);
    });

    it('keep the order of every command', async () => {
      const wire: string[] = [];
      const settled = new Set<string>();
      const versions = [1, 2, 3, 4];
      const commands = Array.from({ length: 10 }, (_, at) => at);
      const work = async (one: WebhookDeliveries, claimed: Delivery[]): Promise<void> => {
        for (let round = 0; settled.size < 40; round++) {
          wire.push(...claimed.map(({ commandId, version }) => `${commandId}-${version}`));
          const attempts = claimed.map((each, at) => ({
            ...attempt(0, each.version, each.attempts === 0 && (at + round) % 3 === 0 ? failure(1) : {}),
            webhookId: each.webhookId,
            commandId: each.commandId,
          }));
          for (const { outcome, webhookId } of attempts) if (outcome === 'succeeded') settled.add(webhookId);
          const next = await one.record(attempts, LONG);
          claimed = next.length > 0 ? next : await one.claimDue(ALL_SHARDS, 5, LONG);
        }
      };
      const enqueue = (one: WebhookDeliveries, some: number[]) =>
        one.enqueue(
          some.flatMap((number) => versions.map((version) => delivery(number, version))),
          LONG,
        );
      const [first, second] = await Promise.all([
        enqueue(deliveries, commands.slice(0, 5)),
        enqueue(other, commands.slice(5)),
      ]);
      await Promise.all([work(deliveries, first ?? []), work(other, second ?? [])]);
      for (const number of commands) {
        const ofThis = wire.filter((key) => key.startsWith(command(number))).map((key) => Number(key.split('-')[1]));
        expect(ofThis).toEqual(ofThis.toSorted());
        expect(new Set(ofThis)).toEqual(new Set(versions));
      }
    });
  });

  it('knows nothing of a command without deliveries', async () => {
    expect(await deliveries.ofCommand(command(1))).toEqual([]);
    expect(await deliveries.enqueue([], LONG)).toEqual([]);
    expect(await deliveries.record([], LONG)).toEqual([]);
  });
}

const NOVEMBER_2026 = 1_795_000_000_000;

function command(number: number): CommandId {
  return makeCommandId(NOVEMBER_2026 + number, 1, 0);
}

function delivery(number: number, version: number): NewDelivery {
  const commandId = command(number);
  return {
    webhookId: `${commandId}-${version}`,
    commandId,
    version,
    deviceId: `device-${number}`,
    applicationId: 'app1',
    url: 'https://example.com/callback?a=b',
    contentType: 'application/json',
    body: JSON.stringify({ number, version }),
  };
}

function attempt(number: number, version: number, more: Partial<DeliveryAttempt> = {}): DeliveryAttempt {
  const commandId = command(number);
  return {
    webhookId: `${commandId}-${version}`,
    commandId,
    version,
    startedAt: NOVEMBER_2026 + 5,
    durationMs: 12,
    outcome: 'succeeded',
    status: 200,
    response: null,
    error: null,
    retryInMs: null,
    ...more,
  };
}

function failure(retryInMs: number | null): Partial<DeliveryAttempt> {
  return { outcome: 'failed', status: 500, error: 'status-500', retryInMs };
}

function sorted<T extends NewDelivery>(some: readonly T[]): T[] {
  return some.toSorted((one, two) => (one.webhookId < two.webhookId ? -1 : 1));
}

/** `number-version` of each. */
function keys(some: readonly NewDelivery[], inOrder = true): string[] {
  const numbers = new Map(Array.from({ length: 100 }, (_, number) => [command(number), number]));
  const ordered = inOrder ? sorted(some) : some;
  return ordered.map(({ commandId, version }) => `${String(numbers.get(commandId))}-${version}`);
}

/** Until the clock has moved on: what is due in 1 ms is due then. */
async function tick(ms = 5): Promise<void> {
  const start = Date.now();
  await eventually(() => expect(Date.now() - start).toBeGreaterThan(ms), { everyMs: 1 });
}
