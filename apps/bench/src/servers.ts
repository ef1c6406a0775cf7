import {
  startKafka,
  startMosquitto,
  startPostgres,
  type TestKafka,
  type TestMosquitto,
  type TestPostgres,
} from '@downlink/testing';

/** Real servers of the bench's own: fsync on, so that a commit costs what it costs. */
export interface Servers {
  readonly postgres: TestPostgres;
  readonly kafka: TestKafka;
  readonly mosquitto: TestMosquitto;
}

export async function startServers(): Promise<Servers> {
  const [postgres, kafka, mosquitto] = await Promise.all([
    startPostgres({ fsync: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB' } }),
    startKafka(),
    startMosquitto(),
  ]);
  return { postgres, kafka, mosquitto };
}

export async function stopServers({ postgres, kafka, mosquitto }: Servers): Promise<void> {
  await Promise.all([mosquitto.stop(), kafka.stop()]);
  await postgres.stop();
}
