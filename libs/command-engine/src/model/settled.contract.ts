import { expect } from '@jest/globals';
import { fold } from '@downlink/command-domain';
import { ALL_SHARDS } from '../contracts/command-stories.js';
import { latestEnd, type AssumedCommand } from './assumed-command.js';
import type { Head } from '../ports/command-store.port.js';
import { promised } from './broken-promise.js';
import type { World } from './world.js';

/** When everything has come to its end: what was promised is what is stored. @throws BrokenPromise, or what `expect` throws */
export async function expectSettled(world: World): Promise<void> {
  const commands = [...world.model.commands.values()];
  for (const command of commands) expectPunctualEnd(command, world.blindMs);
  await expectStored(world, commands);
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

/** Compared in one go: an expectation for each command took a sixth of the time. */
async function expectStored({ model, subject }: World, commands: readonly AssumedCommand[]): Promise<void> {
  const told = commands.map(({ commandId }) => model.log.filter((recorded) => recorded.commandId === commandId));
  const histories = await Promise.all(commands.map(({ commandId }) => subject.reader.history(commandId)));
  expect(histories).toEqual(told);
  const heads = await Promise.all(commands.map(({ commandId }) => subject.reader.head(commandId)));
  const folded = histories.map((history) => ({ ...history.at(-1), state: fold(history.map(({ event }) => event)) }));
  const said = ({ commandId, version, state }: Partial<Head> = {}) => ({ commandId, version, state });
  expect(heads.map(said)).toEqual(folded.map((head) => said(head as Head)));
}
