import type { RecordedStrayAnswer } from '@downlink/command-engine';
import { isoTime } from './command-view.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** A stray answer as the API shows it. `payload` where it is text, otherwise `payloadBase64`; both may be cut, `bytes` says how long it was. */
export function strayAnswerView({ at, reason, reference, topic, payload, payloadBytes }: RecordedStrayAnswer): object {
  return { at: isoTime(at), reason, reference, topic, ...textOf(payload), bytes: payloadBytes };
}

function textOf(payload: Uint8Array): object {
  try {
    return { payload: utf8.decode(payload) };
  } catch {
    // Not text, or cut in the middle of a character.
    return { payloadBase64: Buffer.from(payload).toString('base64') };
  }
}
