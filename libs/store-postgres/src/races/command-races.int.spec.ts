import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { CommandId, CommandRequest, Signal, Submit } from '@downlink/command-domain';
import type { Outcome } from '@downlink/command-engine';
import { ALL_SHARDS, nextCommandId, requestFor } from '@downlink/command-engine/contracts';
import { openTwoSessions, type TwoSessions } from './spec-support/two-sessions.js';

const DEVICE = 'lamp';

const submission = (changes: Partial<CommandRequest> = {}, deviceId = DEVICE): Submit => ({
  kind: 'submit',
  commandId: nextCommandId(),
  deviceId,
  request: requestFor(deviceId, changes),
});
const capped = (laneCap: number): Submit => submission({ policy: { ...requestFor(DEVICE).policy, laneCap } });
const about = (kind: 'cancel' | 'time-due', { commandId }: Submit): Signal => ({ kind, commandId, deviceId: DEVICE });
const answer = ({ commandId }: Submit): Signal => ({
  kind: 'device-answered',
  commandId,
  deviceId: DEVICE,
  answer: { outcome: 'succeeded', result: null },
});
const said = (outcomes: readonly Outcome[]) =>
  outcomes.map((outcome) => (outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind));

describe('two processes at one lane, stepped by hand', () => {
  let sessions: TwoSessions;
  beforeEach(async () => {
    sessions = await openTwoSessions();
  });
  afterEach(() => sessions.close());

  const types = async ({ commandId }: { commandId: CommandId }) =>
    (await sessions.stores[1].commandReader.history(commandId)).map(({ event }) => event.type);
  const turn = (ms: number) => sessions.clock.set(sessions.clock.now() + ms);
  const lane = () => sessions.stores[0].commandReader.lane(DEVICE);

  it.each([0, 1])(
    'the last place in a queue goes to whoever has the lock, and the other is refused (order %d)',
    async (order) => {
      await sessions.handle(0, capped(1));
      const both = [capped(1), capped(1)];
      const [first, second] = [both[order]!, both[1 - order]!];
      const [one, other] = await sessions.race([first], [second]);
      expect([said(one), said(other)]).toEqual([['committed'], ['lane-full']]);
      expect([await types(first), await types(second)]).toEqual([['CommandAccepted'], []]);
      expect(await lane()).toMatchObject({ queued: 1, nextPosition: 3 });
    },
  );

  it('a cancel before the turn: it is confirmed, and the turn finds nobody', async () => {
    const [flying, waiting] = [submission(), submission()];
    await sessions.handle(0, flying, waiting);
    const [one, other] = await sessions.race([about('cancel', waiting)], [answer(flying)]);
    expect([said(one), said(other)]).toEqual([['committed'], ['committed']]);
    expect(await types(waiting)).toEqual(['CommandAccepted', 'CommandCanceled']);
    expect(await lane()).toMatchObject({ queued: 0, inFlight: null });
  });

  it('a cancel behind the turn: it is refused, and the attempt is out', async () => {
    const [flying, waiting] = [submission(), submission()];
    await sessions.handle(0, flying, waiting);
    const [one, other] = await sessions.race([answer(flying)], [about('cancel', waiting)]);
    expect([said(one), said(other)]).toEqual([['committed'], ['not-cancelable']]);
    expect(await types(waiting)).toEqual(['CommandAccepted', 'AttemptStarted']);
    expect(await lane()).toMatchObject({ queued: 0, inFlight: waiting.commandId });
  });

  it('two schedulers on one expiry: it expires once', async () => {
    const waiting = submission();
    await sessions.handle(0, { kind: 'device-unreachable', deviceId: DEVICE }, waiting);
    await turn(60_000);
    const [one, other] = await sessions.race([about('time-due', waiting)], [about('time-due', waiting)]);
    expect([said(one), said(other)]).toEqual([['committed'], ['already-final']]);
    expect(await types(waiting)).toEqual(['CommandAccepted', 'CommandExpired']);
  });

  it('two schedulers on one retransmission: one attempt starts, and the other is told that nothing is due', async () => {
    const flying = submission();
    await sessions.handle(0, flying);
    await sessions.stores[0].attemptClaims.claim([{ commandId: flying.commandId, attempt: 1 }]);
    await turn(15_000);
    const [one, other] = await sessions.race([about('time-due', flying)], [about('time-due', flying)]);
    expect([said(one), said(other)]).toEqual([['committed'], ['not-due']]);
    expect(await types(flying)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptStarted']);
  });

  it('an answer and the deadline at one instant: whoever is first decides, and the other is recorded', async () => {
    const policy = { ...requestFor(DEVICE).policy, maxRetransmit: 0 };
    const [answered, lapsed] = [submission({ policy }), submission({ policy })];
    for (const flying of [answered, lapsed]) {
      await sessions.handle(0, flying);
      await sessions.stores[0].attemptClaims.claim([{ commandId: flying.commandId, attempt: 1 }]);
      await turn(15_000);
      const race = [answer(flying), about('time-due', flying)];
      if (flying === lapsed) race.reverse();
      await sessions.race([race[0]!], [race[1]!]);
    }
    expect(await types(answered)).toEqual(['CommandAccepted', 'AttemptStarted', 'AttemptSent', 'CommandSucceeded']);
    expect(await types(lapsed)).toEqual(['CommandAccepted', 'AttemptStarted', 'CommandTimedOut', 'LateAnswerRecorded']);
  });

  it.each([0, 1])(
    'one idempotency key on one lane: the second caller gets the first one’s command (order %d)',
    async (order) => {
      const both = [0, 1].map(() => ({ ...submission(), idempotency: { key: 'k', digest: 'd' } }));
      const [first, second] = [both[order]!, both[1 - order]!];
      const [one, other] = await sessions.race([first], [second]);
      expect(one[0]).toMatchObject({ kind: 'committed', head: { commandId: first.commandId } });
      expect(other[0]).toMatchObject({ kind: 'committed', events: [], head: { commandId: first.commandId } });
      expect(await types(second)).toEqual([]);
    },
  );

  it('one idempotency key on two lanes: no lock is shared, whoever commits first has the key, and the other decides again', async () => {
    const idempotency = { key: 'k', digest: 'd' };
    const slow = { ...submission(), idempotency };
    const quick = { ...submission({}, 'valve'), idempotency };
    const [one, other] = await sessions.race([slow], [quick]);
    expect(other[0]).toMatchObject({ kind: 'committed', head: { commandId: quick.commandId } });
    expect(one[0]).toMatchObject({ kind: 'committed', events: [], head: { commandId: quick.commandId } });
    expect([await types(slow), await types(quick)]).toEqual([[], ['CommandAccepted', 'AttemptStarted']]);
  });

  it('one idempotency key, two bodies: the second is refused', async () => {
    const first = { ...submission(), idempotency: { key: 'k', digest: 'one' } };
    const second = { ...submission(), idempotency: { key: 'k', digest: 'two' } };
    const [one, other] = await sessions.race([first], [second]);
    expect([said(one), said(other)]).toEqual([['committed'], ['idempotency-key-reused']]);
  });

  it('a later command against the turn of the one it supersedes: gone before the attempt, or out and left alone', async () => {
    const [flying, old] = [submission(), submission()];
    await sessions.handle(0, flying, old);
    const successor: Submit = { ...submission(), supersedes: 'all' };
    await sessions.race([successor], [answer(flying)]);
    expect(await types(old)).toEqual(['CommandAccepted', 'CommandSuperseded']);
    expect(await types(successor)).toEqual(['CommandAccepted', 'AttemptStarted']);
    const [next, last]: [Submit, Submit] = [submission(), { ...submission(), supersedes: 'all' }];
    await sessions.handle(0, next);
    await sessions.race([answer(successor)], [last]);
    expect(await types(next)).toEqual(['CommandAccepted', 'AttemptStarted']);
    expect(await types(last)).toEqual(['CommandAccepted']);
  });

  it('a scheduler whose lease has lapsed: what it still does with an old page of due commands changes nothing', async () => {
    const [early, late] = [submission({ lifetimeMs: 10_000 }), submission({ lifetimeMs: 10_000 })];
    const [old, fresh] = sessions.stores;
    const claim = { group: 'scheduler', shardCount: 64, ttlMs: 15_000 };
    await sessions.handle(0, { kind: 'device-unreachable', deviceId: DEVICE }, early, late);
    expect(await old.shardLeases.heartbeat({ ...claim, owner: 'old' })).toHaveLength(64);
    await turn(10_000);
    const page = await old.dueCommands.due(ALL_SHARDS, 0, 10);
    expect(page.commands).toHaveLength(2);
    // Frozen: its lease lapses, and the other takes all of its shards.
    await turn(5_000);
    expect(await fresh.shardLeases.heartbeat({ ...claim, owner: 'fresh' })).toHaveLength(64);
    expect(said(await sessions.handle(1, about('time-due', early)))).toEqual(['committed']);
    // Awake again: it fires its page before it hears that the shards are another's; who is second is told so.
    expect(said(await sessions.handle(0, about('time-due', early), about('time-due', late)))).toEqual([
      'already-final',
      'committed',
    ]);
    expect(said(await sessions.handle(1, about('time-due', late)))).toEqual(['already-final']);
    expect([await types(early), await types(late)]).toEqual([
      ['CommandAccepted', 'CommandExpired'],
      ['CommandAccepted', 'CommandExpired'],
    ]);
    expect(await old.shardLeases.heartbeat({ ...claim, owner: 'old' })).toEqual([]);
  });
});
