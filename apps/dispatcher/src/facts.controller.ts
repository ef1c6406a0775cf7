import { Controller, Inject } from '@nestjs/common';
import { OnFacts, type FactBatch, type FactRecord } from '@downlink/bus';
import { AttemptDispatcher, type StartedAttempt } from '@downlink/southbound-mqtt';
import { DispatcherMetrics } from './dispatcher.metrics.js';

/** Publishes the attempts that have started; every other fact is passed over unread. */
@Controller()
export class FactsController {
  constructor(
    @Inject(AttemptDispatcher) private readonly dispatcher: AttemptDispatcher,
    @Inject(DispatcherMetrics) private readonly metrics: DispatcherMetrics,
  ) {}

  @OnFacts()
  async handle({ records }: FactBatch): Promise<void> {
    const attempts = records.filter(({ headers }) => headers.type === 'AttemptStarted').map(attemptOf);
    if (attempts.length > 0) this.metrics.dispatched(await this.dispatcher.dispatch(attempts));
  }
}

function attemptOf(record: FactRecord): StartedAttempt {
  const { commandId, event, lanePosition, request } = record.read();
  if (event.type !== 'AttemptStarted') throw new TypeError(`the header says AttemptStarted, the value ${event.type}`);
  const { attempt, waitUntil } = event;
  return { commandId, deviceId: request.deviceId, attempt, waitUntil, lanePosition, request };
}
