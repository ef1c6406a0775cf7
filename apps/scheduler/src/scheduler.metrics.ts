import type { CommandId } from '@downlink/command-domain';
import type { BatchRound, CancelRound } from '@downlink/command-engine';
import type { Logger, Metrics } from '@downlink/runtime';
import type { DueObserver } from './due-round.js';

const LATENESS_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Counts what the scheduler does, and says in the log what an operator must know. */
export class SchedulerMetrics implements DueObserver {
  private readonly lateness;
  private readonly fires;
  private readonly rejections;
  private readonly sweeps;
  private readonly sweptFacts;
  private readonly cancellations;
  private readonly batchSubmissions;
  private readonly idleLanes;

  constructor(
    private readonly metrics: Metrics,
    private readonly logger: Logger,
  ) {
    this.lateness = metrics.histogram({
      name: 'downlink_due_lateness_seconds',
      help: 'From the deadline to the event that it caused, on the clock of the database',
      buckets: LATENESS_BUCKETS,
    });
    this.fires = metrics.counter({
      name: 'downlink_due_fired_total',
      help: 'Deadlines fired, by the event that they caused',
      labelNames: ['event'],
    });
    this.rejections = metrics.counter({
      name: 'downlink_due_rejected_total',
      help: 'Deadlines fired in vain, by reason; a steady not-its-turn is a blocked lane',
      labelNames: ['reason'],
    });
    this.sweeps = metrics.counter({ name: 'downlink_outbox_sweeps_total', help: 'Looks into the outbox' });
    this.sweptFacts = metrics.counter({
      name: 'downlink_outbox_swept_facts_total',
      help: 'Facts that another process left and this one published',
    });
    this.idleLanes = metrics.counter({
      name: 'downlink_idle_lanes_moved_total',
      help: 'Lanes found idle although somebody waited, and set in motion',
    });
    this.batchSubmissions = metrics.counter({
      name: 'downlink_batch_task_commands_total',
      help: 'Commands of batch tasks, by what became of them',
      labelNames: ['outcome'],
    });
    this.cancellations = metrics.counter({
      name: 'downlink_cancel_task_commands_total',
      help: 'Commands of cancel tasks, by what became of them',
      labelNames: ['outcome'],
    });
  }

  observeShards(count: () => number): void {
    this.metrics.gauge({
      name: 'downlink_scheduler_shards',
      help: 'Shards held by this process',
      collect() {
        this.set(count());
      },
    });
  }

  fired(event: string, latenessMs: number): void {
    this.fires.inc({ event });
    this.lateness.observe(Math.max(latenessMs, 0) / 1_000);
  }

  rejected(reason: string): void {
    this.rejections.inc({ reason });
  }

  failed(commandId: CommandId, cause: unknown): void {
    this.logger.error({ err: cause, commandId }, 'the store cannot take what this deadline causes');
  }

  batchSubmitted({ submitted, refused }: BatchRound): void {
    this.batchSubmissions.inc({ outcome: 'submitted' }, submitted);
    this.batchSubmissions.inc({ outcome: 'refused' }, refused);
  }

  canceled({ canceled, notCanceled }: CancelRound): void {
    this.cancellations.inc({ outcome: 'canceled' }, canceled);
    this.cancellations.inc({ outcome: 'not-canceled' }, notCanceled);
  }

  setInMotion(lanes: number): void {
    this.idleLanes.inc(lanes);
  }

  swept(facts: number): void {
    this.sweeps.inc();
    if (facts > 0) this.sweptFacts.inc(facts);
  }
}
