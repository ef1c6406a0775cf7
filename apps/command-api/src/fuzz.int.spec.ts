import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fuzzRun } from '@downlink/testing';
import { startApiWorld, type ApiWorld } from './spec-support/api-world.js';
import { wentWell } from './spec-support/caller.js';
import { CATALOGUE } from './spec-support/catalogue/index.js';
import { drafts, type Draft } from './spec-support/fuzz/draft.js';
import { expectEnvelope } from './spec-support/fuzz/envelopes.js';
import { Sender } from './spec-support/fuzz/sender.js';
import { declareTwoApplications, nobodysIds, type TwoApplications } from './spec-support/two-applications.js';

const BATCH = 400;
const { forMs, seed } = fuzzRun();

describe('whatever is sent to the command API', () => {
  let world: ApiWorld;
  let applications: TwoApplications;
  let sender: Sender;
  const seen = { requests: 0, refused: 0, well: new Set<string>(), sent: new Set<string>() };

  beforeAll(async () => {
    world = await startApiWorld({ devicesAnswer: true });
    applications = await declareTwoApplications(world);
    const { one, other, admin } = applications;
    sender = new Sender(world.url, { application: one.client, other: other.client, admin });
    const path = `/v1/dead-letters/${one.ids.deadLetter}/discard`;
    expect((await one.client.call('POST', { path, body: {} })).status).toBe(200);
  }, 60_000);
  afterAll(async () => {
    sender.close();
    await world.stop();
  });

  /** Sends it and judges the answer. @returns whether it was refused */
  async function isRefused(draft: Draft, batch: number): Promise<boolean> {
    seen.requests += 1;
    seen.sent.add(draft.route);
    try {
      const answer = await sender.send(draft);
      expectEnvelope(draft, answer);
      const well = answer.status === 304 || wentWell(draft.path, answer);
      if (well) seen.well.add(draft.route);
      return !well;
    } catch (error) {
      const { path, method, headers, disguise, body } = draft;
      const request = JSON.stringify({ method, path, headers, disguise, body: body?.toString('latin1') });
      throw new Error(`${request.slice(0, 4_000)}\nDOWNLINK_FUZZ_SEED=${String(batch)}`, { cause: error });
    }
  }

  /** What was refused is refused again, and then nothing else happens: not a row more or less. */
  async function expectNoPartialEffect(refused: readonly Draft[], batch: number): Promise<void> {
    await world.settled();
    const before = await world.countRows();
    const again = await Promise.all(refused.map((draft) => isRefused(draft, batch)));
    seen.refused += again.length;
    if (again.includes(false)) return;
    expect({ batch, rows: await world.countRows() }).toEqual({ batch, rows: before });
  }

  it(
    'is answered in the form of its path, never with a failure of ours, and what is refused leaves nothing behind',
    async () => {
      const { one, other } = applications;
      const request = drafts(one.ids, [other.ids, nobodysIds(one.ids)]);
      const began = performance.now();
      for (let batch = seed; performance.now() - began < forMs; batch++) {
        const sent = fc.sample(request, { seed: batch, numRuns: BATCH });
        const refused = await Promise.all(sent.map((draft) => isRefused(draft, batch)));
        await expectNoPartialEffect(
          sent.filter((_, at) => refused[at]),
          batch,
        );
      }
    },
    120_000 + 2 * forMs,
  );

  it('reached every route, and got through where nothing was wrong', () => {
    const routes = Object.keys(CATALOGUE);
    expect([...seen.sent].sort()).toEqual(routes.sort());
    expect(seen.refused).toBeGreaterThan(BATCH);
    // Logins with wrong secrets, commands that are over by then: some routes never answer with a success.
    expect(seen.well.size).toBeGreaterThan(routes.length / 2);
    expect(world.logLines.filter((line) => line.includes('our fault'))).toEqual([]);
  });

  it('leaves the API as good as it was', async () => {
    const { ids, client } = applications.one;
    const body = { deviceId: ids.device, service: 'switch', method: 'turn' };
    expect((await client.call('POST', { path: '/v1/commands', body })).status).toBe(201);
  });
});
