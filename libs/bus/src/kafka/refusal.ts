/** Answers of a broker that stay the same however often the record is sent. */
const REFUSALS = new Set(['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP']);

/**
 * kafkajs wraps the broker's answer in an error of its own when it gives up. The answer is known by its `type`: kafkajs's
 * error classes cannot be imported by name into an ES module (CommonJS exports behind a spread).
 */
export function isRefusal(error: unknown): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('type' in at && typeof at.type === 'string' && REFUSALS.has(at.type)) return true;
  }
  return false;
}
