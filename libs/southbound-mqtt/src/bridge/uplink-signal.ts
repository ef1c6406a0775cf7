import type { CommandId, DeviceReachable, DeviceUnreachable, Json, Signal } from '@downlink/command-domain';
import type { AnsweredUplink, Uplink } from '../codecs/wire-format-codec.js';

/** What a device said, as the one signal that it is. A message about a command that nobody knows is still a sign of life. */
export function signalOf(uplink: Uplink, commandId: CommandId | undefined): Signal {
  const { deviceId } = uplink;
  if (uplink.kind === 'unreachable' || uplink.kind === 'reachable') return presenceOf(uplink);
  if (commandId === undefined) return { kind: 'device-reachable', deviceId };
  const about = { commandId, deviceId };
  switch (uplink.kind) {
    case 'acknowledged':
      return { ...about, kind: 'device-acknowledged' };
    case 'unreadable':
      return { ...about, kind: 'device-answered', answer: { outcome: 'unreadable', detail: uplink.reason } };
    case 'answered':
      return { ...about, kind: 'device-answered', answer: answerOf(uplink) };
  }
}

function presenceOf({
  kind,
  deviceId,
  epoch,
}: Extract<Uplink, { epoch?: number }>): DeviceReachable | DeviceUnreachable {
  const session = epoch === undefined ? {} : { epoch };
  return { kind: kind === 'reachable' ? 'device-reachable' : 'device-unreachable', deviceId, ...session };
}

function answerOf({ outcome, code, result }: AnsweredUplink) {
  const value: Json = result ?? null;
  return outcome === 'succeeded'
    ? ({ outcome, result: value } as const)
    : ({ outcome, result: value, code: code ?? null } as const);
}
