import { KafkaFactTail, type KafkaSettings } from '@downlink/bus';
import type { FinalEvents } from '@downlink/northbound-kit';
import type { Logger } from '@downlink/runtime';

/**
 * Lets synchronous calls be woken by the facts of all processes. The group is of this start only: a member of the same name
 * that was killed would hold its partitions until its session ends.
 */
export function hearFinalFacts(finalEvents: FinalEvents, kafka: KafkaSettings, logger: Logger): KafkaFactTail {
  const { listener, waiter } = finalEvents;
  const tail = new KafkaFactTail({ kafka, group: `command-api-${waiter}`, logger, listener });
  tail.start();
  finalEvents.listenTo(tail);
  return tail;
}
