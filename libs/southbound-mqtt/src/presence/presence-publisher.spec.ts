import { describe, expect, it } from '@jest/globals';
import { eventually } from '@downlink/testing';
import type { OutgoingMessage, PublishOutcome } from '../publisher/publish-outcome.js';
import { collectingLogger } from '../spec-support/collecting-logger.js';
import { parseUplinkTopic } from '../uplinks/uplink-topic.js';
import { presenceMessage, PresencePublisher } from './presence-publisher.js';

/** Publishes that are answered when the spec says so. */
function openPublishes() {
  const unanswered: { readonly said: string; readonly settle: (outcome: PublishOutcome) => void }[] = [];
  const said = ({ topic, payload }: OutgoingMessage): string => {
    const { online, epoch } = JSON.parse(String(payload)) as { online: boolean; epoch: number };
    return `${parseUplinkTopic(topic)!.deviceId} ${online ? 'on' : 'off'} ${String(epoch)}`;
  };
  const publish = (message: OutgoingMessage): Promise<PublishOutcome> =>
    new Promise((settle) => unanswered.push({ said: said(message), settle }));
  return {
    publisher: { publish },
    waiting: () => unanswered.map((each) => each.said),
    answer: (kind: 'accepted' | 'unknown' | 'unavailable' | 'no-subscriber') => unanswered.shift()!.settle({ kind }),
  };
}

function open(over: { capacity?: number } = {}) {
  const publishes = openPublishes();
  const logger = collectingLogger();
  const presence = new PresencePublisher({ publisher: publishes.publisher, logger, retryMs: 5, ...over });
  return { ...publishes, presence, logger };
}

describe('the presence of a device', () => {
  it('is told on a topic below the device’s uplinks that no device can publish on', () => {
    const { topic, payload } = presenceMessage('d1', true, 7);
    expect(parseUplinkTopic(topic)).toMatchObject({ deviceId: 'd1', topic: 'presence' });
    expect(JSON.parse(payload)).toEqual({ online: true, epoch: 7 });
  });

  it('is told one word after the other, and of those that wait only the newest', async () => {
    const { presence, waiting, answer } = open();
    presence.online('d', 1);
    presence.offline('d', 1);
    presence.online('d', 2);
    presence.offline('d', 2);
    expect(waiting()).toEqual(['d on 1']);
    answer('accepted');
    await eventually(() => expect(waiting()).toEqual(['d off 2']));
    answer('accepted');
    await eventually(() => expect(presence.backlog).toBe(0));
    expect(waiting()).toEqual([]);
  });

  it.each(['unknown', 'unavailable', 'no-subscriber'] as const)(
    'is told again after %s, in its newest state',
    async (how) => {
      const { presence, waiting, answer } = open();
      presence.online('d', 1);
      answer(how);
      await eventually(() => expect(waiting()).toEqual(['d on 1']));
      presence.offline('d', 1);
      answer(how);
      await eventually(() => expect(waiting()).toEqual(['d off 1']));
      expect(presence.backlog).toBe(1);
    },
  );

  it('does not go back to an older session', async () => {
    const { presence, waiting, answer } = open();
    presence.online('d', 2);
    presence.offline('d', 1);
    answer('unknown');
    presence.offline('d', 1);
    await eventually(() => expect(waiting()).toEqual(['d on 2']));
  });

  it('does not wait for other devices', () => {
    const { presence, waiting } = open();
    for (const device of ['a', 'b', 'c']) presence.online(device, 1);
    expect(waiting()).toEqual(['a on 1', 'b on 1', 'c on 1']);
  });

  it('takes a bounded room: the oldest is given up, counted and said once', async () => {
    const { presence, answer, waiting, logger } = open({ capacity: 2 });
    presence.online('first', 1);
    answer('unavailable');
    await eventually(() => expect(waiting()).toEqual(['first on 1']));
    for (const epoch of [2, 3]) for (const device of ['first', 'b', 'c', 'd']) presence.online(device, epoch);
    expect(presence.dropped).toBeGreaterThan(0);
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('that the broker has not taken at the end is said', async () => {
    const { presence, logger } = open();
    presence.online('d', 1);
    await presence.stop(1);
    expect(logger.lines.at(-1)).toMatchObject({ level: 'warn', details: { devices: 1 } });
  });
});
