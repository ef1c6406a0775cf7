import type { Property } from '@downlink/command-engine';
import type { DeviceAddress, DeviceName } from './device-name.js';
import type { TtlvField } from './quectel/ttlv/fields.js';
import type { UnreadableReason } from './unreadable-reason.js';

export type { UnreadableReason };

/** A new one is one folder beside these and one line in `wire-formats.ts`. */
export type WireFormat = 'native' | 'huawei' | 'enos' | 'quectel';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [member: string]: JsonValue;
}

/** One attempt of a command, as it is to travel to the device. */
export interface Dispatch {
  /** 19 decimal digits. */
  commandId: string;
  device: DeviceAddress;
  /** 1 for the first transmission. */
  attempt: number;
  /** Milliseconds of the Unix epoch. The device must not execute this attempt after it. */
  deadline: number;
  /** Milliseconds of the Unix epoch: the end of the command's lifetime, where it has one. */
  expiresAt?: number;
  service: string;
  method: string;
  parameters: JsonObject;
  /** 1..65535, unique among the device's open commands: Huawei's `mid`, two bytes on the wire. */
  correlation: number;
  /** The properties of its product's model, where the product's devices take TTLV frames instead of JSON (Quectel). */
  ttlv?: readonly Property[];
}

/** A dispatch as it goes out: QoS 1, not retained. */
export interface EncodedDispatch {
  topic: string;
  payload: string | Buffer;
}

/** How an uplink names the command that it is about: by its id, or by the correlation number that went out with it. */
export type CommandRef = { commandId: string } | { correlation: number };

/** What a device said. `unreadable` is a message on one of our topics that makes no sense; it is counted, never thrown. */
export type Uplink =
  | { kind: 'acknowledged'; deviceId: string; ref: CommandRef }
  | AnsweredUplink
  | { kind: 'reachable'; deviceId: string; epoch?: number }
  | { kind: 'unreachable'; deviceId: string; epoch?: number }
  | { kind: 'unreadable'; deviceId: string; ref?: CommandRef; reason: UnreadableReason };

export interface AnsweredUplink {
  kind: 'answered';
  deviceId: string;
  ref: CommandRef;
  outcome: 'succeeded' | 'failed';
  /** The device's own code, as text of at most 128 characters. */
  code?: string;
  result?: JsonValue;
  /** Of a TTLV answer: what `result` tells by number, for whoever knows the product's model and can name it. */
  fields?: readonly TtlvField[];
  /** The device announced that more would follow (Huawei `hasMore` 1). Recorded, not waited for. */
  hasMore?: true;
}

/** What a device said as a codec reads it: the device is only named, as its topic names it. */
export type DecodedUplink = Named<Uplink>;
type Named<U extends Uplink> = U extends Uplink ? Omit<U, 'deviceId'> & { from: DeviceName } : never;

/** One wire format: topics, rights, encode, decode. All members are pure. */
export interface WireFormatCodec {
  readonly name: WireFormat;
  /** Which members of a device's address its topics are made of: only `keys` formats need product and device key to be looked up. */
  readonly addressedBy: 'device-id' | 'keys';
  /** Topic filters that the platform subscribes to for devices without a gateway in front of the broker. */
  readonly filters: readonly string[];
  /** The topics, spelled out, that a device which subscribes itself listens on. EnOS: those that do not depend on a model. */
  commandTopics(device: DeviceAddress): readonly string[];
  /**
   * The exact topics that a gateway subscribes to on behalf of the device, given what its model calls services (`servicesOf`);
   * none where devices subscribe themselves.
   */
  subscriptionsFor(device: DeviceAddress, services: readonly string[]): readonly string[];
  /** Own uplinks only; never a topic on which commands go out. */
  mayPublish(device: DeviceAddress, topic: string): boolean;
  /** Own commands only, spelled out: no wildcards. */
  maySubscribe(device: DeviceAddress, filter: string): boolean;
  /** The one uplink topic on which a retained message is allowed; left out where there is none. */
  presenceTopic?(device: DeviceAddress): string;
  /**
   * @throws UnsendableCommand when the command has no spelling in this format, or the device no topic: nothing can be sent, now
   *   or later.
   */
  encode(dispatch: Dispatch): EncodedDispatch;
  /** Never throws, whatever the bytes. `undefined` means that the topic is not an uplink of this format. */
  decode(topic: string, payload: Buffer, retained?: boolean): DecodedUplink | undefined;
}
