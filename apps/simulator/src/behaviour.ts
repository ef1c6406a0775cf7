/** What a device says to a command, in this order. */
type Word = 'acknowledgement' | 'answer';

export interface Conduct {
  readonly says: readonly Word[];
  readonly outcome: 'succeeded' | 'failed';
  /** How it holds its connection. `sleeping` says goodbye and comes back; `flapping` breaks off without a word. */
  readonly link: 'steady' | 'sleeping' | 'flapping';
  /** Time between a command and the answer to it, unless the fleet says otherwise; acknowledgements do not wait. ms. */
  readonly answersAfterMs: number;
  /** Speaks in the name of others and of commands that it never got, before and after its honest word. */
  readonly lies?: true;
  /** Breaks down as soon as it has a new command, before it says anything, the broker's own acknowledgement included. */
  readonly reboots?: true;
}

const answering: Conduct = { says: ['answer'], outcome: 'succeeded', link: 'steady', answersAfterMs: 0 };
const acknowledging: Conduct = { ...answering, says: ['acknowledgement', 'answer'] };

/**
 * What simulated devices do with commands. All of them de-duplicate (what they know already is not executed again) and check
 * the deadline where their format tells it.
 */
export const behaviours = {
  /** Answers at once. */
  answering,
  /** Acknowledges, then answers. */
  acknowledging,
  /** Answers that it could not. */
  failing: { ...answering, outcome: 'failed' },
  /** Acknowledges twice and answers twice. */
  duplicating: { ...answering, says: ['acknowledgement', 'acknowledgement', 'answer', 'answer'] },
  /** Answers, and acknowledges afterwards. */
  hasty: { ...answering, says: ['answer', 'acknowledgement'] },
  /** Acknowledges at once and answers after 2 s. */
  slow: { ...acknowledging, answersAfterMs: 2_000 },
  /** Acknowledges at once and answers when the platform has given up: its time-out is 180 s unless set otherwise. */
  late: { ...acknowledging, answersAfterMs: 200_000 },
  /** Is connected for some seconds and away for some. */
  sleeping: { ...acknowledging, link: 'sleeping' },
  /** Its connection breaks every few seconds, without a DISCONNECT. */
  flapping: { ...acknowledging, link: 'flapping' },
  /** Breaks down on each new command before any acknowledgement; its flash remembers, so a repetition is answered and not executed. */
  rebooting: { ...acknowledging, reboots: true },
  /** Answers, but also in the name of other devices and with ids of other commands, and listens where it has no business. */
  lying: { ...acknowledging, lies: true },
  /** Acknowledges and never answers. */
  mute: { ...answering, says: ['acknowledgement'] },
  /** Receives and says nothing. */
  silent: { ...answering, says: [] },
} as const satisfies Record<string, Conduct>;

export type Behaviour = keyof typeof behaviours;
