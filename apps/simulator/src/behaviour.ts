/** What a simulated device does with a command. */
export const behaviours = {
  /** Answers at once. */
  answering: { acknowledges: false, answers: 1, outcome: 'succeeded' },
  /** Acknowledges, then answers. */
  acknowledging: { acknowledges: true, answers: 1, outcome: 'succeeded' },
  /** Answers that it could not. */
  failing: { acknowledges: false, answers: 1, outcome: 'failed' },
  /** Answers everything twice. */
  duplicating: { acknowledges: true, answers: 2, outcome: 'succeeded' },
  /** Acknowledges and never answers. */
  mute: { acknowledges: true, answers: 0, outcome: 'succeeded' },
  /** Receives and says nothing. */
  silent: { acknowledges: false, answers: 0, outcome: 'succeeded' },
} as const satisfies Record<string, { acknowledges: boolean; answers: number; outcome: 'succeeded' | 'failed' }>;

export type Behaviour = keyof typeof behaviours;
