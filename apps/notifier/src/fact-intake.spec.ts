import { beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import {
  Fault,
  type Delivery,
  type NewDelivery,
  type RecordedEvent,
  type WebhookDeliveries,
} from '@downlink/command-engine';
import { callbackFormats } from './callback-formats.js';
import { FactIntake } from './fact-intake.js';
import { FactTelling } from './fact-telling.js';
import { aFact, aRecord } from './spec-support/facts.js';

const callback = { url: 'http://app.example/hook', format: 'huawei' };

const tellingOf = (onUnknownFormat: (format: string) => void = () => undefined) =>
  new FactTelling({ formats: callbackFormats(), subscriptions: { subscribed: async () => [] }, onUnknownFormat });

/** Claims what it is given. */
class Claiming implements WebhookDeliveries {
  readonly calls: (readonly NewDelivery[])[] = [];
  away = false;
  readonly claims: number[] = [];
  enqueue = async (deliveries: readonly NewDelivery[], claimMs: number): Promise<Delivery[]> => {
    this.calls.push(deliveries);
    this.claims.push(claimMs);
    if (this.away) throw new Fault('store-unavailable', 'away', { retryable: true });
    return deliveries.map((delivery) => ({ ...delivery, attempts: 0 }));
  };
  record = async (): Promise<Delivery[]> => [];
  claimDue = async (): Promise<Delivery[]> => [];
  ofCommand = async (): Promise<never[]> => [];
}

let deliveries: Claiming;
let accepted: Delivery[];
let notes: string[];
let room: number;
let intake: FactIntake;
/** What the log says of every command that is asked about. */
let histories: RecordedEvent[];

beforeEach(() => {
  deliveries = new Claiming();
  accepted = [];
  notes = [];
  room = 100;
  const runner = {
    claimMs: 30_000,
    accept: (given: readonly Delivery[]) => 0 * accepted.push(...given),
    divide: <D extends NewDelivery>(given: readonly D[]) => ({ now: given.slice(0, room), later: given.slice(room) }),
  };
  histories = [];
  intake = new FactIntake({
    deliveries,
    reader: { history: async () => histories },
    runner,
    telling: tellingOf((format) => void notes.push(`unknown ${format}`)),
    observer: { enqueued: (count) => void notes.push(`enqueued ${count}`) },
  });
});

describe('FactIntake', () => {
  it('stores all deliveries of a batch in one call and gives what it claimed to the runner', async () => {
    const facts = [aFact('AttemptSent', callback), aFact('CommandSucceeded', callback, { version: 4 })];
    await intake.take({ records: facts.map(aRecord) });
    expect(deliveries.calls).toHaveLength(1);
    expect(accepted.map(({ webhookId }) => webhookId)).toEqual([`${COMMAND}-3`, `${COMMAND}-4`]);
    expect(accepted[0]).toMatchObject({ url: callback.url, applicationId: 'app-1', deviceId: 'device-1' });
    expect(notes).toEqual(['enqueued 2']);
  });

  it('tells of what was overtaken first: the answer came before the broker’s confirmation', async () => {
    const events = [
      { ...anEvent.CommandAccepted, request: aRequest({ callback }) },
      anEvent.AttemptStarted,
      anEvent.AttemptSent,
      anEvent.CommandSucceeded,
    ];
    histories = events.map((event, index) => ({ commandId: COMMAND, version: index + 1, event }));
    await intake.take({ records: [aRecord(aFact('CommandSucceeded', callback, { version: 4 }))] });
    expect(deliveries.calls.map((call) => call.map(({ version }) => version))).toEqual([[3, 4]]);
    await intake.take({ records: [aRecord(aFact('AttemptSent', callback))] });
    expect(deliveries.calls).toHaveLength(2);
  });

  it('still notices the gap when the store was away the first time', async () => {
    const records = [aRecord(aFact('CommandSucceeded', callback, { version: 4 }))];
    let asked = 0;
    const again = new FactIntake({
      deliveries,
      reader: {
        history: async () => {
          asked += 1;
          return [];
        },
      },
      runner: { claimMs: 1, accept: () => 0, divide: (given) => ({ now: [...given], later: [] }) },
      telling: tellingOf(),
      observer: { enqueued: () => undefined },
    });
    deliveries.away = true;
    await expect(again.take({ records })).rejects.toThrow('away');
    deliveries.away = false;
    await again.take({ records });
    expect(asked).toBe(2);
    await again.take({ records });
    expect(asked).toBe(2);
  });

  it('stores what the runner has no room for unclaimed, for the sweeper to take up', async () => {
    room = 1;
    const facts = [aFact('AttemptSent', callback), aFact('CommandSucceeded', callback, { version: 4 })];
    await intake.take({ records: facts.map(aRecord) });
    expect(deliveries.calls.map((call) => call.map(({ version }) => version))).toEqual([[3], [4]]);
    expect(deliveries.claims).toEqual([30_000, 1]);
    expect(accepted.map(({ version }) => version)).toEqual([3]);
  });

  it('does not parse what nobody wants to hear of, and does not trouble the store with it', async () => {
    const records = [
      aRecord(aFact('CommandSucceeded')),
      aRecord(aFact('AttemptStarted', callback)),
      aRecord(aFact('CommandAccepted', { url: 'http://app.example/', format: 'native' })),
      aRecord(aFact('CommandSucceeded', { url: 'http://app.example/', format: 'pigeon' })),
    ];
    await intake.take({ records });
    expect(records.map(({ reads }) => reads)).toEqual([0, 0, 0, 0]);
    expect(deliveries.calls).toEqual([]);
    expect(notes).toEqual(['unknown pigeon']);
  });

  it('rejects when the store is away, so that the batch comes again', async () => {
    deliveries.away = true;
    const taken = intake.take({ records: [aRecord(aFact('AttemptSent', callback))] });
    await expect(taken).rejects.toMatchObject({ code: 'store-unavailable', retryable: true });
    expect(accepted).toEqual([]);
  });
});
