/** The wire formats built so far. A new one is one folder beside these and one line in `wire-formats.ts`. */
export type WireFormat = 'native' | 'huawei';

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [member: string]: JsonValue;
}

/** One attempt of a command, as it is to travel to the device. */
export interface Dispatch {
  /** 19 decimal digits. */
  commandId: string;
  deviceId: string;
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
  /** The device announced that more would follow (Huawei `hasMore` 1). Recorded, not waited for. */
  hasMore?: true;
}

export type UnreadableReason =
  | 'too-large'
  | 'too-deep'
  | 'not-utf-8'
  | 'not-json'
  | 'not-an-object'
  /** U+0000 or half a surrogate pair somewhere in a text: legal JSON that no Postgres `jsonb` can hold. */
  | 'unstorable-text'
  | 'device-id'
  /** A stored copy where only a live message means anything. */
  | 'retained'
  /** The member of this name is missing or of the wrong shape. */
  | `member ${string}`;

/** The topics of one device. A device subscribes to `command` and publishes to `uplinks`, nothing else. */
export interface DeviceTopics {
  command: string;
  uplinks: string[];
  /** The one topic on which a retained message is allowed. */
  presence?: string;
}

/** One wire format: topics, encode, decode. All members are pure. */
export interface WireFormatCodec {
  readonly name: WireFormat;
  /** Topic filters that the platform subscribes to. */
  readonly filters: readonly string[];
  topicsOf(deviceId: string): DeviceTopics;
  /** @throws TypeError when the device id is not topic safe: such an id must never have been registered. */
  encode(dispatch: Dispatch): { topic: string; payload: string };
  /** Never throws, whatever the bytes. `undefined` means that the topic is not of this format. */
  decode(topic: string, payload: Buffer, retained?: boolean): Uplink | undefined;
}
