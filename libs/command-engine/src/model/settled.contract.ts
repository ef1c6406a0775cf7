import { expect } from '@jest/globals';
import { fold } from '@downlink/command-domain';
import { ALL_SHARDS } from '../contracts/command-stories.js';
import { latestEnd, type AssumedCommand } from './assumed-command.js';
import { promised } from './broken-promise.js';
import type { World } from './world.js';

/** When everything has come to its end: what was promised is what is stored. @throws BrokenPromise, or what `expect` throws */
export async function expectSettled(world: World): Promise<void> {
  for (const command of world.model.commands.values()) {
    expectPunctualEnd(command, world.blindMs);
    await expectStored(world, command);
  }
  for (const deviceId of world.devices) {
    const lane = await world.subject.reader.lane(deviceId);
    const idle = (lane?.queued ?? 0) === 0 && (lane?.inFlight ?? null) === null;
    promised('3', idle, () => `lane ${deviceId} counts ${lane?.queued} queued and ${lane?.inFlight} in flight`);
  }
  const untold = world.model.log.filter(({ commandId, version }) => !world.published.has(`${commandId}:${version}`));
  promised('8', untold.length === 0, () => `${untold.length} facts were never published`);
  const left = (await world.subject.outbox.leftovers(ALL_SHARDS, 0, 1_000)).filter(({ request }) =>
    world.devices.includes(request.deviceId),
  );
  promised('8', left.length === 0, () => `${left.length} pointers are left in the outbox`);
}

function expectPunctualEnd(command: AssumedCommand, slackMs: number): void {
  const { status, finishedAt, commandId } = command;
  if (finishedAt === null) return promised('1', false, () => `${commandId} is ${status} for ever`);
  const late = finishedAt - latestEnd(command);
  promised('1', late <= slackMs, () => `${commandId} was ${status} ${late} ms after its last instant`);
}

async function expectStored(world: World, { commandId }: AssumedCommand): Promise<void> {
  const told = world.model.log.filter((recorded) => recorded.commandId === commandId);
  const history = await world.subject.reader.history(commandId);
  promised('2', history.length === told.length, () => `${history.length} events are stored, ${told.length} were told`);
  expect(history).toEqual(told);
  const head = await world.subject.reader.head(commandId);
  expect(head?.version).toBe(history.length);
  expect(head?.state).toEqual(fold(history.map(({ event }) => event)));
}
