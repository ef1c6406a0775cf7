import { Logger } from '@nestjs/common';
import type { FinalEvents, HeardFact, Hearer } from '@downlink/northbound-kit';
import type { FastifyReply } from 'fastify';
import { problem } from '../errors/problem.js';
import { EventStream } from './event-stream.js';
import type { Followed } from './followed.js';
import { Following } from './following.js';
import type { FollowingSettings } from './settings.js';

/** Whose stream it is, and whether he may still have it; asked at every look round. */
export interface StreamOwner {
  readonly name: string;
  isWelcome(): Promise<boolean>;
  /** The stream ends after so long in any case. */
  readonly lastsMs?: number;
}

/**
 * The streams of this process. Facts only wake them: what is told is read from the log, so that a fact that comes twice, late or
 * not at all changes nothing but the time. Beside that every stream looks by itself from time to time.
 */
export class StreamRoom implements Hearer {
  private readonly streams = new Map<Following, StreamOwner>();
  private readonly logger = new Logger(StreamRoom.name);
  private leave: (() => void) | undefined;
  private round: NodeJS.Timeout | undefined;

  constructor(
    private readonly facts: Pick<FinalEvents, 'attend'>,
    private readonly settings: FollowingSettings,
  ) {}

  /** Streams that are open now. */
  get size(): number {
    return this.streams.size;
  }

  /** Answers with a stream of what is followed. @throws Problem `too-many-streams` before anything is answered */
  open(reply: FastifyReply, followed: Followed, owner: StreamOwner): void {
    const { streams, streamsOfOne } = this.settings;
    const own = [...this.streams.values()].filter(({ name }) => name === owner.name).length;
    if (this.streams.size >= streams || own >= streamsOfOne)
      throw problem('too-many-streams', { retryAfterSeconds: 5 });
    const stream = new EventStream(reply, this.settings);
    const following = new Following(followed, stream, (err) => {
      this.logger.error('a stream broke through our fault', err);
      stream.cut();
    });
    this.streams.set(following, owner);
    const end = owner.lastsMs === undefined ? undefined : setTimeout(() => stream.end(), owner.lastsMs);
    stream.onClosed(() => {
      clearTimeout(end);
      this.closed(following);
    });
    this.round ??= setInterval(() => void this.lookRound(), this.settings.lookEveryMs);
    this.leave ??= this.facts.attend(this);
    following.wake();
  }

  heard(fact: HeardFact): void {
    for (const following of this.streams.keys()) if (following.followed.heard(fact)) following.wake();
  }

  listening(): void {
    for (const following of this.streams.keys()) {
      following.followed.missed();
      following.wake();
    }
  }

  close(): void {
    for (const { stream } of this.streams.keys()) stream.end();
  }

  private closed(following: Following): void {
    this.streams.delete(following);
    if (this.streams.size > 0) return;
    clearInterval(this.round);
    this.round = undefined;
    this.leave?.();
    this.leave = undefined;
  }

  private async lookRound(): Promise<void> {
    for (const [following, owner] of this.streams) {
      if (await this.isWelcome(owner)) following.wake();
      else following.stream.end();
    }
  }

  /** Whoever cannot be asked about now was welcome the last time. */
  private async isWelcome(owner: StreamOwner): Promise<boolean> {
    try {
      return await owner.isWelcome();
    } catch (error) {
      this.logger.warn(`whether a stream may go on cannot be found out now: ${String(error)}`);
      return true;
    }
  }
}
