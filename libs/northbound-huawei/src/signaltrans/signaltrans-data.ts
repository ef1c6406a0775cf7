import type { CommandRequest, JsonObject } from '@downlink/command-domain';

/** The format of what is told about commands of sendCommand; status callbacks of deviceCommands are not sent for them. */
export const SIGNALTRANS_FORMAT = 'huawei-signaltrans';

/** What the pushes must know of the call again. `from` and `to` as the application named them, empty when it did not. */
export interface SignaltransData {
  readonly requestId: string;
  readonly mode: 'ACK' | 'NOACK';
  readonly from: string;
  readonly to: string;
}

export function toDialectData({ requestId, mode, from, to }: SignaltransData): JsonObject {
  return { requestId, mode, from, to };
}

/** As it was stored with the command by `toDialectData`; undefined for any other command. */
export function signaltransDataOf({ callback, dialectData }: CommandRequest): SignaltransData | undefined {
  if (callback?.format !== SIGNALTRANS_FORMAT || dialectData === undefined) return undefined;
  return dialectData as unknown as SignaltransData;
}
