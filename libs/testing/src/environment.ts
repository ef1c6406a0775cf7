/** Every environment variable that this room reads or hands from the test run to its workers, in one place. */
export const environment = {
  /** Address of the keeper of this test run's shared servers; absent outside a run. */
  keeperUrl: (): string | undefined => process.env['DOWNLINK_TEST_KEEPER'],
  /** Id of this test run: what is started under it is removed at its end. */
  runId: (): string => process.env['DOWNLINK_TEST_RUN'] ?? `own-${String(process.pid)}`,
  /** File that gets one JSON line per real server that was used. */
  serversReport: (): string | undefined => process.env['DOWNLINK_TEST_SERVERS_REPORT'],
  /** With it, a spec whose server is missing fails in place of being skipped. */
  skipIsFailure: (): boolean => process.env['DOWNLINK_NO_SKIP'] === '1',
  /** Comma-separated addresses of a Kafka to use in place of one of our own. */
  kafkaBrokers: (): string[] => (process.env['KAFKA_BROKERS'] ?? '').split(',').filter((broker) => broker !== ''),
  /** `seed` or `seed:path` of a model run to be done again, or `random`. */
  modelSeed: (): string | undefined => process.env['DOWNLINK_MODEL_SEED'],
  /** How long generated requests are sent for, in seconds. */
  fuzzSeconds: (): string => process.env['DOWNLINK_FUZZ_SECONDS'] ?? '30',
  /** The seed of a run of generated requests to be done again. */
  fuzzSeed: (): string | undefined => process.env['DOWNLINK_FUZZ_SEED'],
  /** How many packets are made up against the device gateway. */
  fuzzPackets: (): string => process.env['DOWNLINK_FUZZ_PACKETS'] ?? '10000',
  /** How many wrong passwords are tried at the device gateway. */
  wrongPasswords: (): string => process.env['DOWNLINK_WRONG_PASSWORDS'] ?? '1000',
  searchPath: (): string => process.env['PATH'] ?? '',
  all: (): NodeJS.ProcessEnv => process.env,
};
