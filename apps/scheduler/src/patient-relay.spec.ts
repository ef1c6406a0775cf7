import { beforeEach, describe, expect, it } from '@jest/globals';
import { anEvent, aRequest, COMMAND } from '@downlink/command-domain/contracts';
import type { CommittedFact } from '@downlink/command-engine';
import { eventually } from '@downlink/testing';
import { PatientRelay } from './patient-relay.js';

const factNumber = (version: number): CommittedFact => ({
  commandId: COMMAND,
  version,
  event: anEvent.CommandExpired,
  request: aRequest(),
  lanePosition: 1,
  statusBefore: 'queued',
  status: 'expired',
});

let out: number[];
let said: object[];
let relay: PatientRelay;
beforeEach(() => {
  out = [];
  said = [];
  const logger = { info: (details: object) => void said.push(details) };
  const next = { handOver: (facts: readonly CommittedFact[]) => void out.push(...facts.map(({ version }) => version)) };
  relay = new PatientRelay(next, logger, { lateMs: 200, calmMs: 50, capacity: 3 });
});

describe('facts of deadlines', () => {
  it('go out at once while deadlines are in time', () => {
    relay.fired(200);
    relay.handOver([factNumber(1), factNumber(2)]);
    expect(out).toEqual([1, 2]);
  });

  it('wait while deadlines are late, and go out in their order when they are in time again', async () => {
    relay.fired(201);
    relay.handOver([factNumber(1)]);
    relay.handOver([factNumber(2)]);
    expect([out, relay.waiting]).toEqual([[], 2]);
    await eventually(() => expect(out).toEqual([1, 2]));
    expect(relay.waiting).toBe(0);
  });

  it('wait in bounded number: those without room are left to the outbox, and that is said once it is calm', async () => {
    relay.fired(5_000);
    for (const version of [1, 2, 3, 4, 5]) relay.handOver([factNumber(version)]);
    expect([out, relay.waiting, said]).toEqual([[], 3, []]);
    await eventually(() => expect(out).toEqual([1, 2, 3]));
    expect(said).toEqual([{ facts: 2 }]);
    relay.handOver([factNumber(6)]);
    expect([out, said]).toEqual([[1, 2, 3, 6], [{ facts: 2 }]]);
  });

  it('all go at the orderly end', () => {
    relay.fired(5_000);
    relay.handOver([factNumber(1)]);
    relay.flush();
    expect(out).toEqual([1]);
  });
});
