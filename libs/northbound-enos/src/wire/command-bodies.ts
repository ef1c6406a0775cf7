import { isJsonObject, type Json, type JsonObject } from '@downlink/command-domain';
import { z } from 'zod';

/** EnOS, Invoke Service: mandatory in the request's table, also for services without inputs. */
export const invokeServiceBody = z.object({
  inputData: z.custom<JsonObject>(isJsonObject, {
    error: ({ input }) => (input == null ? 'is missing' : 'expected an object'),
  }),
});

/** EnOS, Set Measurement Point: text, number, array or object. `null` means absent. */
export const setMeasurepointBody = z.object({
  value: z.custom<Exclude<Json, null>>((value) => value !== undefined && value !== null, { error: 'is missing' }),
});
