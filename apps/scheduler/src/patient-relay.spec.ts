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
let relay: PatientRelay;
beforeEach(() => {
  out = [];
  const next = { handOver: (facts: readonly CommittedFact[]) => void out.push(...facts.map(({ version }) => version)) };
  relay = new PatientRelay(next, { lateMs: 200, calmMs: 50, capacity: 3 });
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

  it('wait in bounded number: the oldest go although it is late', () => {
    relay.fired(5_000);
    for (const version of [1, 2, 3, 4, 5]) relay.handOver([factNumber(version)]);
    expect([out, relay.waiting]).toEqual([[1, 2], 3]);
  });

  it('all go at the orderly end', () => {
    relay.fired(5_000);
    relay.handOver([factNumber(1)]);
    relay.flush();
    expect(out).toEqual([1]);
  });
});
