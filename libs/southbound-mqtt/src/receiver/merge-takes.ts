import type { BatchHandler, ReceivedMessage } from './received-message.js';

interface Waiting {
  readonly batch: ReceivedMessage[];
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * One handler for several receivers: what they hand in while a call runs is the next call, so that eight sessions cost no more
 * transactions than one. A batch is never split, batches keep their order, and each is resolved or rejected as the call that it was
 * part of.
 * @param most messages from which on a call takes no further batch
 */
export function mergeTakes(handler: BatchHandler, most = 1_000): BatchHandler {
  const waiting: Waiting[] = [];
  let running = false;

  const drain = async (): Promise<void> => {
    // One turn of the event loop, so that what all sessions have parsed in this one is in the first call.
    await new Promise((resolve) => setImmediate(resolve));
    while (waiting.length > 0) {
      const taken = takeUpTo(waiting, most);
      try {
        await handler(taken.flatMap(({ batch }) => batch));
        for (const { resolve } of taken) resolve();
      } catch (error) {
        for (const { reject } of taken) reject(error);
      }
    }
    running = false;
  };

  return (batch) =>
    new Promise((resolve, reject) => {
      waiting.push({ batch, resolve, reject });
      if (running) return;
      running = true;
      void drain();
    });
}

/** The first batches, at least one, until they have `most` messages. */
function takeUpTo(waiting: Waiting[], most: number): Waiting[] {
  let messages = 0;
  let count = 0;
  while (count < waiting.length && messages < most) {
    messages += waiting[count]!.batch.length;
    count += 1;
  }
  return waiting.splice(0, count);
}
