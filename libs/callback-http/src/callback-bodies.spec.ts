import { describe, expect, it } from '@jest/globals';
import { makeCommandId, type CommandRequest } from '@downlink/command-domain';
import type { CommittedFact } from '@downlink/command-engine';
import { deliveryOf, type CallbackBodies, type CallbackBody } from './callback-bodies.js';

const commandId = makeCommandId(Date.UTC(2026, 10, 21), 1, 1);
const request: CommandRequest = {
  applicationId: 'app-1',
  deviceId: 'device-1',
  dialect: 'native',
  wireFormat: 'native',
  service: 'door',
  method: 'open',
  parameters: {},
  mode: 'cached',
  lifetimeMs: 1_000,
  policy: {
    maxRetransmit: 1,
    firstWaitMs: 10_000,
    waitJitter: 0.5,
    answerWithinMs: 60_000,
    lateAnswers: 'record',
    laneCap: 20,
    immediate: 'bypass',
  },
};
const factFor = (callback?: CommandRequest['callback']): CommittedFact => ({
  commandId,
  version: 3,
  event: { type: 'AttemptSent', schema: 1, at: 1, attempt: 1 },
  request: callback === undefined ? request : { ...request, callback },
  lanePosition: 1,
  statusBefore: 'sending',
  status: 'sent',
});
const bodies: CallbackBodies = new Map<string, (fact: CommittedFact) => CallbackBody | undefined>([
  ['plain', ({ status }) => ({ body: status, contentType: 'text/plain' })],
  ['silent', () => undefined],
]);

describe('deliveryOf', () => {
  it('makes one delivery of a fact, named by command and version', () => {
    const unknown: string[] = [];
    const delivery = deliveryOf(factFor({ url: 'http://a/', format: 'plain' }), bodies, (f) => void unknown.push(f));
    expect(delivery).toEqual({
      webhookId: `${commandId}-3`,
      commandId,
      version: 3,
      deviceId: 'device-1',
      applicationId: 'app-1',
      url: 'http://a/',
      contentType: 'text/plain',
      body: 'sent',
    });
    expect(unknown).toEqual([]);
  });

  it('makes none where no callback is wanted, the event is not told, or nobody knows the format', () => {
    const unknown: string[] = [];
    const note = (format: string) => void unknown.push(format);
    expect(deliveryOf(factFor(), bodies, note)).toBeUndefined();
    expect(deliveryOf(factFor({ url: 'http://a/', format: 'silent' }), bodies, note)).toBeUndefined();
    expect(deliveryOf(factFor({ url: 'http://a/', format: 'else' }), bodies, note)).toBeUndefined();
    expect(unknown).toEqual(['else']);
  });
});
