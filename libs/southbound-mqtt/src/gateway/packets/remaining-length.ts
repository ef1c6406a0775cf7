/** Writes a remaining length (MQTT 3.1.1 §2.2.3) at `at`; where the next byte goes. At most 4 bytes. */
export function writeRemainingLength(bytes: Buffer, at: number, length: number): number {
  let rest = length;
  let index = at;
  do {
    const digit = rest & 0x7f;
    rest >>>= 7;
    bytes[index] = rest > 0 ? digit | 0x80 : digit;
    index += 1;
  } while (rest > 0);
  return index;
}
