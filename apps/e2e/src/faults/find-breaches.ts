import { setTimeout as wait } from 'node:timers/promises';
import { reportInvariants, UnreadableWire, type RuleReport } from '@downlink/store-postgres';
import { brokenPromises, type FoundBreach } from './broken-promises.js';
import type { FaultWorld } from './fault-world.js';

const SLACK_MS = 5_000;

/**
 * Checks everything that must hold once it is quiet again, whatever had happened: the rules that hold always on the database and the
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
  return { reports, breaches: [...broken, ...(await promisesOf(world, since)), ...deadServices(world)] };
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

function promisesOf({ load, watch, devices }: FaultWorld, since: number): Promise<FoundBreach[]> {
  const { taken, canceled, complaints } = load;
  return brokenPromises(
    { taken: taken.map(({ id }) => id), canceled, complaints },
    { watch, wires: devices.wires, since },
  );
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
