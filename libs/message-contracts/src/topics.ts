/** What every topic name begins with, unless an installation shares its Kafka with another one. */
export const DEFAULT_PREFIX = 'downlink';

/** The topic of facts: key = device id, one record per committed event. The version is that of this room's golden files. */
export function factsTopic(prefix: string = DEFAULT_PREFIX): string {
  return `${prefix}.command-events.v1`;
}

/** Where records go that no consumer could take: with their origin, the attempts and the error in their headers. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dlq`;
}

/** The dead letters of the topic of facts. */
export function factsDeadLetterTopic(prefix: string = DEFAULT_PREFIX): string {
  return deadLetterTopic(factsTopic(prefix));
}
