import { describe, expect, it } from '@jest/globals';
import { wireFormats } from '../codecs/wire-formats.js';
import { DEFAULT_DIRECT_UPLINKS, RECEIVER_SESSIONS, receiverFilters } from './receiver-subscriptions.js';

const sessions = Array.from({ length: RECEIVER_SESSIONS }, (_, session) => session);
const settings = [
  DEFAULT_DIRECT_UPLINKS,
  { spread: 'shared', enos: false },
  { spread: 'plain', enos: true },
  { spread: 'shared', enos: true, emqxEvents: '$SYS/brokers' },
] as const;
const all = (direct: (typeof settings)[number]) => sessions.map((session) => receiverFilters(session, direct).filters);
const bucket = (session: number) => `downlink/v1/uplinks/${String(session)}/#`;

describe('what the receiving sessions subscribe to', () => {
  it('is a bucket of uplinks each, and on the first one alone what devices without a gateway say', () => {
    const [first, ...others] = all(DEFAULT_DIRECT_UPLINKS);
    expect(others).toEqual(sessions.slice(1).map((session) => [bucket(session)]));
    expect(first!.toSorted()).toEqual(
      [
        bucket(0),
        'downlink/v1/devices/+/answers',
        'downlink/v1/devices/+/presence',
        'downlink/v1/devices/+/telemetry',
        '/huawei/v1/devices/+/data/json',
        'quectel/v1/+/+/answers',
        'quectel/v1/+/+/online',
        'quectel/v1/+/+/reports',
      ].toSorted(),
    );
  });

  it('is shared by all when asked for, but presence stays on the first, in order and with its retained births', () => {
    const [first, ...others] = all({ spread: 'shared', enos: false });
    const sharing = (filters: readonly string[]) => filters.filter((filter) => filter.startsWith('$share/downlink/'));
    for (const filters of others) expect(sharing(filters)).toEqual(sharing(first!));
    expect(sharing(first!).some((filter) => /presence|online/.test(filter))).toBe(false);
    expect(first!.filter((filter) => !filter.startsWith('$share/'))).toEqual([
      bucket(0),
      'downlink/v1/devices/+/presence',
      'quectel/v1/+/+/online',
    ]);
  });

  it('has EnOS’ filters only when they are asked for: they match our own commands', () => {
    const { filters } = wireFormats.enos;
    for (const direct of settings)
      expect(filters.some((filter) => all(direct).flat().includes(filter))).toBe(
        direct.enos && direct.spread === 'plain',
      );
  });

  it('is the broker’s word on presence in place of births and wills, when asked for', () => {
    const [first] = all({ spread: 'shared', enos: true, emqxEvents: '$SYS/brokers' });
    expect(first).toContain('$SYS/brokers/+/clients/+/disconnected');
    expect(first).not.toContain('downlink/v1/devices/+/presence');
  });

  it.each(settings)('with %j lists every filter of every other setting as former, and none of its own', (direct) => {
    for (const session of sessions) {
      const { filters, formerFilters } = receiverFilters(session, direct);
      const others = settings.flatMap((other) => receiverFilters(session, other).filters);
      expect(others.filter((filter) => !filters.includes(filter) && !formerFilters.includes(filter))).toEqual([]);
      expect(formerFilters.filter((filter) => filters.includes(filter))).toEqual([]);
    }
  });
});
