export const DAY_MS = 86_400_000;

/**
 * The partitioned tables, in the order in which the write path locks them, and what their partitions are made with (a
 * partitioned table itself takes no such settings).
 */
export const PARTITIONED = {
  // A command's row is written some three times: room on the page keeps the updates that move no index HOT.
  command: 'with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000)',
  // Insert only: frozen by vacuum in large steps, nothing to leave room for.
  command_event: '',
  // Written twice or more, and each time the index by due time moves.
  webhook_delivery: 'with (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 5000)',
  webhook_attempt: '',
} as const;

export type PartitionedTable = keyof typeof PARTITIONED;
export const PARTITIONED_TABLES = Object.keys(PARTITIONED) as PartitionedTable[];

/** `command_event_20261121` */
export function partitionName(table: string, startMs: number): string {
  return `${table}_${new Date(startMs).toISOString().slice(0, 10).replaceAll('-', '')}`;
}

/** When the day of a partition of this name starts (ms since 1970); undefined for the default partitions. */
export function dayOfPartition(name: string): number | undefined {
  const [, year, month, day] = /_(\d{4})(\d{2})(\d{2})$/.exec(name) ?? [];
  return year === undefined ? undefined : Date.parse(`${year}-${month}-${day}T00:00:00Z`);
}
