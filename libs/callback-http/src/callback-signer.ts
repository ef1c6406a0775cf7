import type { Delivery } from '@downlink/command-engine';

/** Proves to the receiver who sent the bytes. */
export interface CallbackSigner {
  /**
   * @param delivery its body is signed exactly as it is sent
   * @param at when this attempt starts, ms since 1970
   * @returns headers to add; none for receivers that expect no signature.
   */
  sign(delivery: Delivery, at: number): Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
}

const NO_HEADERS = Object.freeze({});

/** Signs nothing: Huawei's receivers know no signature. */
export const unsigned: CallbackSigner = { sign: () => NO_HEADERS };
