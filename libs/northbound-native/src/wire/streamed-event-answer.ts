import { z } from 'zod';
import { commandIdText } from './command-answer.js';
import { eventAnswer } from './history-answer.js';

/** There is nothing to ask of a stream beside its path. */
export const streamQuery = z.strictObject({});

/** The data of an event in a stream: the event as in the history, and whose it is. */
export const streamedEventAnswer = eventAnswer
  .extend({ commandId: commandIdText, deviceId: z.string() })
  .meta({ id: 'StreamedEvent' });
