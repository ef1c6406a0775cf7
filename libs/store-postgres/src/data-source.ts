import { DataSource } from 'typeorm';
import { migrations } from './migrations/index.js';

export interface DataSourceOptions {
  /** postgres://user:password@host:port/database */
  readonly url: string;
  /** Connections at most. */
  readonly poolSize?: number;
  /** What the server shows in pg_stat_activity. */
  readonly applicationName?: string;
  /** Told of connections that broke while nobody used them; the next query opens a new one. */
  readonly onIdleError?: (error: Error) => void;
}

/** TypeORM, for migrations and the registry's repositories only; not connected yet. It never changes the schema by itself. */
export function createDataSource(options: DataSourceOptions): DataSource {
  const { url, poolSize = 4, applicationName = 'downlink', onIdleError } = options;
  return new DataSource({
    type: 'postgres',
    url,
    poolSize,
    applicationName,
    synchronize: false,
    installExtensions: false,
    migrations: [...migrations],
    migrationsTableName: 'schema_migration',
    migrationsTransactionMode: 'each',
    entities: [],
    connectTimeoutMS: 10_000,
    logging: false,
    ...(onIdleError === undefined ? {} : { poolErrorHandler: onIdleError }),
  });
}
