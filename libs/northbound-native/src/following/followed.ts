import type { HeardFact } from '@downlink/northbound-kit';
import type { StreamedEvent } from './event-stream.js';

/** What one look at the log found. */
export interface Look {
  readonly events: readonly StreamedEvent[];
  /** There is more: look again at once. */
  readonly more: boolean;
  /** Nothing can come any more. */
  readonly ended: boolean;
}

/** Something that is followed: it knows what it has told, and where to look for the rest. */
export interface Followed {
  /** Whether this fact may be about it; if so it notes where to look. */
  heard(fact: HeardFact): boolean;
  /** Facts may have been missed: the next look is at everything. */
  missed(): void;
  /** What there is beyond all earlier looks. Never called twice at once. */
  look(): Promise<Look>;
}
