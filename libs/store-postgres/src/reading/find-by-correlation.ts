import type { CommandId, DeviceId } from '@downlink/command-domain';
import { lanePositionOf } from '@downlink/command-engine';
import type { Pool } from 'pg';
import { isStorable } from '../registry/check-declaration.js';
import { commandIdOf } from '../commands/head-row.js';
import { asFault } from '../pools/pg-fault.js';

const LANES = `select question.number, device_lane.next_position
  from unnest($1::text[]) with ordinality as question (device_id, number)
  join device_lane on device_lane.device_id = question.device_id`;
const COMMANDS = `select question.number, found.command_id
  from unnest($1::bigint[], $2::text[], $3::bigint[]) as question (number, device_id, lane_position)
  cross join lateral (
    select command_id from command
    where command.device_id = question.device_id and command.lane_position = question.lane_position limit 1
  ) as found`;

/**
 * Two statements for any number of questions: how far each lane has come, and the commands at the positions that follow from
 * it. The arithmetic stands in `lanePositionOf` only. A command older than the retention is not found; its namesakes, 65,535
 * positions earlier each, are older still.
 */
export async function findByCorrelation(
  pool: Pool,
  questions: readonly { deviceId: DeviceId; correlation: number }[],
): Promise<(CommandId | undefined)[]> {
  const answers: (CommandId | undefined)[] = questions.map(() => undefined);
  const lanes = await asFault(
    pool.query<{ number: string; next_position: string }>({
      name: 'correlation-lanes',
      text: LANES,
      values: [questions.map(({ deviceId }) => (isStorable(deviceId) ? deviceId : null))],
    }),
  );
  const places = lanes.rows.flatMap(({ number, next_position }) => {
    const { deviceId, correlation } = questions[Number(number) - 1]!;
    const position = lanePositionOf(correlation, Number(next_position) - 1);
    return position === undefined ? [] : [{ number, deviceId, position }];
  });
  if (places.length === 0) return answers;
  const { rows } = await asFault(
    pool.query<{ number: string; command_id: string }>({
      name: 'correlation-commands',
      text: COMMANDS,
      values: [
        places.map(({ number }) => number),
        places.map(({ deviceId }) => deviceId),
        places.map(({ position }) => position),
      ],
    }),
  );
  for (const { number, command_id } of rows) answers[Number(number) - 1] = commandIdOf(command_id);
  return answers;
}
