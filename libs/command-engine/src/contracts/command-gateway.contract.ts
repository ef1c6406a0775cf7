import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandRequest } from '@downlink/command-domain';
import { CommandGateway } from '../command-gateway.js';
import { createEngine } from '../create-engine.js';
import type { Engine, Outcome } from '../outcome.js';
import { SignalQueue } from '../signal-queue.js';
import { nextCommandId, requestFor, type CommandStoreUnderTest, type OpenCommandStore } from './command-stories.js';

/** What applications may do to commands, over any store. */
export function commandGatewayContract(name: string, open: OpenCommandStore): void {
  describe(`the command gateway over ${name}`, () => {
    let under: CommandStoreUnderTest;
    let engine: Engine;
    let gateway: CommandGateway;
    beforeEach(async () => {
      under = await open();
      engine = createEngine(under.store, { handOver: () => undefined });
      gateway = new CommandGateway({ next: nextCommandId }, new SignalQueue(engine), under.reader);
    });
    afterEach(() => under.close());

    const requests = (count: number, deviceOf: (n: number) => string, changes: Partial<CommandRequest> = {}) =>
      Array.from({ length: count }, (_, n) => ({ request: requestFor(deviceOf(n), changes) }));
    const said = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind));
    const idsOf = (outcomes: readonly Outcome[]) =>
      outcomes.map((outcome) => (outcome.kind === 'failed' ? undefined : outcome.head?.commandId));

    it('takes 1,000 commands over 100 devices in one call, each with its own outcome, in order', async () => {
      const submissions = requests(1_000, (n) => `device-${String(n % 100)}`);
      const outcomes = await gateway.submitAll(submissions);
      expect(new Set(said(outcomes))).toEqual(new Set(['committed']));
      expect(outcomes.map(({ signal }) => signal)).toEqual(submissions.map((one) => expect.objectContaining(one)));
      expect(new Set(idsOf(outcomes)).size).toBe(1_000);
      expect(await under.reader.lane('device-0')).toMatchObject({ queued: 9, nextPosition: 11 });
    });

    it('does not let one full lane spoil the others', async () => {
      const policy = { ...requestFor('d').policy, laneCap: 2 };
      const submissions = requests(30, (n) => (n % 3 === 0 ? 'full' : `device-${String(n)}`), { policy });
      const outcomes = said(await gateway.submitAll(submissions));
      expect(outcomes.filter((word) => word === 'lane-full')).toHaveLength(7);
      expect(outcomes.filter((word) => word === 'committed')).toHaveLength(23);
      expect(outcomes.filter((_, n) => n % 3 > 0)).toEqual(Array.from({ length: 20 }, () => 'committed'));
    });

    it('takes its options with each of them', async () => {
      const [first, , other] = requests(3, () => 'device');
      const commandId = gateway.nextId();
      const outcomes = await gateway.submitAll([
        { ...first!, options: { commandId, idempotency: { key: 'k', digest: 'a' } } },
        { ...first!, options: { idempotency: { key: 'k', digest: 'a' } } },
        { ...other!, options: { idempotency: { key: 'k', digest: 'b' } } },
        other!,
        { ...other!, options: { supersedes: 'all' } },
      ]);
      expect(said(outcomes)).toEqual(['committed', 'committed', 'idempotency-key-reused', 'committed', 'committed']);
      expect(idsOf(outcomes).slice(0, 2)).toEqual([commandId, commandId]);
      expect(outcomes[3]).toMatchObject({ head: { state: { status: 'superseded' } } });
    });

    it('withdraws everything that is queued for a device, of this application only, and says what is under way', async () => {
      const device = (changes: Partial<CommandRequest>) => requestFor('device', changes);
      const [underWay, queued, theirs, elsewhere] = idsOf(
        await gateway.submitAll([
          { request: device({}) },
          { request: device({}) },
          { request: device({ applicationId: 'other' }) },
          { request: requestFor('another device') },
        ]),
      );
      expect(await gateway.cancelAll('device', 'app')).toEqual({
        canceled: [queued],
        notCanceled: [{ commandId: underWay, status: 'sending' }],
      });
      const status = async (id = underWay) => (await under.reader.head(id!))?.state.status;
      expect([await status(queued), await status(theirs), await status(elsewhere)]).toEqual([
        'canceled',
        'queued',
        'sending',
      ]);
      expect(await gateway.cancelAll('device', 'app')).toMatchObject({ canceled: [] });
      expect(await gateway.cancelAll('unknown', 'app')).toEqual({ canceled: [], notCanceled: [] });
    });

    it('withdraws more than fit in one transaction, and comes to an end while more are submitted', async () => {
      const policy = { ...requestFor('d').policy, laneCap: 5_000 };
      await gateway.submitAll(requests(1_201, () => 'device', { policy }));
      const [result] = await Promise.all([
        gateway.cancelAll('device', 'app'),
        gateway.submitAll(requests(50, () => 'device', { policy })),
      ]);
      expect(result.canceled.length).toBeGreaterThanOrEqual(1_200);
      expect(new Set(result.canceled).size).toBe(result.canceled.length);
      expect(await under.reader.lane('device')).toMatchObject({ queued: 1_250 - result.canceled.length });
    });
  });
}
