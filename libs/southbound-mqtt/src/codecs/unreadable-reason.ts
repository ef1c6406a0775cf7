/** Why a message on one of our topics makes no sense. */
export type UnreadableReason =
  | 'too-large'
  | 'too-deep'
  | 'not-utf-8'
  | 'not-json'
  | 'not-an-object'
  /** U+0000 or half a surrogate pair somewhere in a text: legal JSON that no Postgres `jsonb` can hold. */
  | 'unstorable-text'
  /** A name that no device can have, or another device's than the one that published. */
  | 'device-id'
  /** A stored copy where only a live message means anything. */
  | 'retained'
  /** The member of this name is missing or of the wrong shape. */
  | `member ${string}`;
