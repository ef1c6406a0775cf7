import { z } from 'zod';
import { commandIdText } from './command-answer.js';
import { digits } from './fields.js';
import { eventAnswer } from './history-answer.js';

/** Query of a stream: how long it lasts at most, for callers behind something that ends long answers in its own way. */
export const streamQuery = z.strictObject({ seconds: digits(1, 86_400).optional() });

/** The data of an event in a stream: the event as in the history, and whose it is. */
export const streamedEventAnswer = eventAnswer
  .extend({ commandId: commandIdText, deviceId: z.string() })
  .meta({ id: 'StreamedEvent' });
