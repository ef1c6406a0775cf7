import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** What a fleet has seen so far. `connected` goes up and down, all others only grow. */
export interface FleetCounters {
  /** Devices (or shared sockets) whose connection stands now. */
  connected: number;
  /** Connections that were made, repetitions included. */
  connects: number;
  /** Connections that a broker refused, by what it said. */
  readonly refusals: Record<string, number>;
  /** Connections that ended without the device wanting it. */
  lost: number;
  received: number;
  executed: number;
  duplicates: number;
  /** Commands that came after their deadline and were not executed. */
  tooLate: number;
  /** Messages on the device's own topics that are no command. */
  unreadable: number;
  /** Messages that were meant for somebody else. */
  overheard: number;
  answered: number;
  /** Things said in the name of others. */
  lies: number;
  /** Greetings that a connection's end cut off. */
  interrupted: number;
  /** What broke at once, and how long it took until all was back. */
  readonly storms: { readonly connections: number; readonly backAfterMs: number }[];
  /** From a command's arrival until the broker has its answer (QoS 1) or the answer has been written (QoS 0), in µs. */
  readonly answerTimes: RecordableHistogram;
}

export function newCounters(): FleetCounters {
  return {
    connected: 0,
    connects: 0,
    refusals: {},
    lost: 0,
    received: 0,
    executed: 0,
    duplicates: 0,
    tooLate: 0,
    unreadable: 0,
    overheard: 0,
    answered: 0,
    lies: 0,
    interrupted: 0,
    storms: [],
    answerTimes: createHistogram(),
  };
}

/** One line: what is not zero, and how long answers take. */
export function summaryOf({ answerTimes, refusals, storms, ...numbers }: FleetCounters): string {
  const counted = Object.entries(numbers).filter(([name, value]) => value > 0 || name === 'connected');
  const refused = Object.entries(refusals).map(([reason, count]) => [`refused (${reason})`, count] as const);
  const back = storms.map(({ connections, backAfterMs }) => [`all ${connections} back after ms`, backAfterMs] as const);
  const told = [...counted, ...refused, ...back].map(([name, value]) => `${name} ${value}`);
  return [
    ...told,
    ...(answerTimes.count > 0 ? [`answer p50 / p99 ${inMs(answerTimes, 50)} / ${inMs(answerTimes, 99)} ms`] : []),
  ].join(', ');
}

/** Everything at the end, for people and programs: JSON of one object. */
export function reportOf({ answerTimes, ...numbers }: FleetCounters): object {
  const [p50, p90, p99] = [50, 90, 99].map((percentile) => inMs(answerTimes, percentile));
  const answerMs = answerTimes.count > 0 ? { p50, p90, p99, max: round(answerTimes.max) } : undefined;
  return { ...numbers, ...(answerMs && { answerMs }) };
}

const round = (us: number): number => Math.round(us / 10) / 100;
const inMs = (times: RecordableHistogram, percentile: number): number => round(times.percentile(percentile));
