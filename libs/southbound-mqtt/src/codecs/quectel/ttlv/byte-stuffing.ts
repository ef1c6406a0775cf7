const [mark, filler] = [0xaa, 0x55];

/** Puts a filler behind each mark that the next byte would turn into something else, so that a frame's first two bytes occur nowhere within. */
export function stuff(bytes: Buffer): Buffer {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at]!;
    out.push(byte);
    if (byte === mark && (bytes[at + 1] === mark || bytes[at + 1] === filler)) out.push(filler);
  }
  return Buffer.from(out);
}

/** Takes the fillers out again. */
export function unstuff(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    out[length] = bytes[at]!;
    length += 1;
    if (bytes[at] === mark && bytes[at + 1] === filler) at += 1;
  }
  return out.subarray(0, length);
}
