import type { Metrics } from '@downlink/runtime';
import type { DispatchReport, IntakeReport } from '@downlink/southbound-mqtt';

/** What the dispatcher counts. */
export class DispatcherMetrics {
  private readonly attempts;
  private readonly uplinks;

  constructor(private readonly metrics: Metrics) {
    this.attempts = metrics.counter({
      name: 'downlink_attempts_total',
      help: 'Attempts by what became of them',
      labelNames: ['outcome'],
    });
    this.uplinks = metrics.counter({
      name: 'downlink_uplinks_total',
      help: 'Messages of devices by what became of them',
      labelNames: ['outcome'],
    });
  }

  observeBacklog(count: () => number): void {
    this.metrics.gauge({
      name: 'downlink_postponed_turns',
      help: 'Lanes of devices that came back, waiting for their turn',
      collect() {
        this.set(count());
      },
    });
  }

  observeSessions(count: () => number): void {
    this.metrics.gauge({
      name: 'downlink_receiving_sessions',
      help: 'Receiving MQTT sessions that this replica holds and is connected as',
      collect() {
        this.set(count());
      },
    });
  }

  dispatched({ published, stale, notSent, unknown }: DispatchReport): void {
    for (const [outcome, count] of Object.entries({ published, stale, notSent, unknown })) {
      if (count > 0) this.attempts.inc({ outcome }, count);
    }
  }

  taken({ outcomes, ignored, unreadable, strays }: IntakeReport): void {
    for (const { kind } of outcomes) this.uplinks.inc({ outcome: kind });
    if (ignored > 0) this.uplinks.inc({ outcome: 'ignored' }, ignored);
    if (unreadable > 0) this.uplinks.inc({ outcome: 'unreadable' }, unreadable);
    if (strays > 0) this.uplinks.inc({ outcome: 'stray' }, strays);
  }
}
