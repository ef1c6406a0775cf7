import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A numbered step forward, written in SQL. There is no way back: a mistake is corrected by the next number. */
export abstract class SqlMigration implements MigrationInterface {
  /**
   * Short name, underscore, the number with 13 digits: TypeORM sorts by the last 13 characters. A member and not the
   * class's name, which a bundler may shorten.
   */
  abstract readonly name: string;
  abstract readonly sql: string;

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(this.sql);
  }

  down(): Promise<void> {
    return Promise.reject(new Error(`${this.name}: migrations only go forward`));
  }
}
