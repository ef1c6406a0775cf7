import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { reportInvariants, UnreadableWire, type RuleReport } from '@downlink/store-postgres';
import type { FaultWorld } from './fault-world.js';

const SLACK_MS = 5_000;

/** What a rule that does not hold, or an application that was treated badly, is reported as. */
export interface FoundBreach {
  readonly rule: string;
  readonly text: string;
}

/**
 * Checks everything that must hold once it is quiet again, whatever had happened: the rules of DESIGN §7 on the database and the
 * recorded wire, and what only the application knows: what it was promised.
 * @param since ms since 1970 on the database's clock: the application's promises since then
 */
export async function findBreaches(
  world: FaultWorld,
  since: number,
): Promise<{ breaches: FoundBreach[]; reports: RuleReport[] }> {
  const reports = await reportRules(world);
  const broken = reports.flatMap(({ rule, breaches }) =>
    breaches
      // How late deadlines were while things were broken is no breach: that nothing is late now is the rule before.
      .filter(({ subject }) => subject !== 'deadlines')
      .map(({ subject, detail }) => ({ rule, text: `${subject}: ${detail}` })),
  );
  return { reports, breaches: [...broken, ...(await brokenPromises(world, since)), ...deadServices(world)] };
}

/** The simulator writes while we read: a last line may be half there. */
async function reportRules({ postgres, devices, sink }: FaultWorld): Promise<RuleReport[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await reportInvariants({
        databaseUrl: postgres.url,
        wires: devices.wires,
        received: sink.contradictions,
        slackMs: SLACK_MS,
      });
    } catch (error) {
      if (!(error instanceof UnreadableWire) || tries === 5) throw error;
      await wait(500);
    }
  }
}

async function brokenPromises(world: FaultWorld, since: number): Promise<FoundBreach[]> {
  const { load, watch } = world;
  const lost = await watch.notFinal(load.taken.map(({ id }) => id));
  const revived = await watch.notIn('canceled', load.canceled);
  const onWire = await keysOnWire(world.devices.wires, new Set(load.canceled));
  const repeated = await watch.repeated('key', since);
  return [
    ...lost.map(({ id, status }) => ({ rule: '1', text: `command ${id}: was taken, is ${status}` })),
    ...revived.map(({ id, status }) => ({
      rule: '4',
      text: `command ${id}: its cancel was confirmed, it is ${status}`,
    })),
    ...onWire.map((id) => ({ rule: '4', text: `command ${id}: published although its cancel was confirmed` })),
    ...repeated.map(({ value, count }) => ({ rule: '9', text: `key ${value}: ${count} commands of one` })),
    ...[...load.complaints].map(([what, times]) => ({ rule: 'application', text: `${times} times: ${what}` })),
  ];
}

async function keysOnWire(files: readonly string[], wanted: ReadonlySet<string>): Promise<string[]> {
  const found = new Set<string>();
  for (const file of files) {
    for await (const line of createInterface({ input: createReadStream(file) })) {
      const key = /"key":"(\d{19})"/.exec(line)?.[1];
      if (key !== undefined && wanted.has(key)) found.add(key);
    }
  }
  return [...found];
}

/** No fault that is not its own death may end a process. */
function deadServices({ services }: FaultWorld): FoundBreach[] {
  return services
    .all()
    .filter(({ process }) => !process.isRunning())
    .map(({ service, process }) => ({
      rule: 'process',
      text: `${service} ${process.pid} has ended by itself: ${process.log().slice(-1_000)}`,
    }));
}
