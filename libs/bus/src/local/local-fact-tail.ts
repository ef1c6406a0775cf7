import type { FactTailListener } from '../fact-tail.js';
import type { LocalFactBus } from './local-fact-bus.js';

/** Hears facts as they are published on the bus of this process; see `KafkaFactTail`. */
export class LocalFactTail {
  constructor(
    private readonly bus: LocalFactBus,
    private readonly listener: FactTailListener,
  ) {}

  listen(): void {
    this.bus.tails.add(this.listener);
    this.listener.onListening();
  }

  rest(): void {
    this.bus.tails.delete(this.listener);
  }
}
