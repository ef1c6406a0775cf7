import type { Answer, Command } from '../command.js';
import type { JsonValue } from '../json.js';

/** Who the device is. */
export interface Identity {
  readonly id: string;
  readonly secret: string;
}

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain?: boolean;
}

/** A wire format seen from the device: another one is another file beside `native.ts`. Everything is pure but `login`, which may look at the clock. */
export interface DeviceFormat {
  login(device: Identity): { readonly clientId: string; readonly username: string; readonly password: string };
  /** What the device subscribes to; empty where it must not. */
  commandTopics(device: Identity): readonly string[];
  /** undefined: no command that could be answered. Never throws, whatever the bytes. */
  read(device: Identity, topic: string, payload: Buffer): Command | undefined;
  /** undefined where the format has none of its own. */
  acknowledgement(device: Identity, commandId: string): Message | undefined;
  answer(device: Identity, commandId: string, answer: Answer): Message;
  /** Birth (`online`) and last will, where the format has them. */
  presence?(device: Identity, online: boolean, epoch: number): Message;
  /** What the device measures or otherwise wants to say. */
  report(device: Identity, body: JsonValue): Message;
}
