import { freePort } from '@downlink/testing';
import pg from 'pg';
import type { Target } from '../load/target.js';
import type { Servers } from '../servers.js';

/** Where the bare front will listen. */
export async function bareTarget(): Promise<Target & { readonly port: number }> {
  const port = await freePort();
  return { name: 'bare', port, url: `http://127.0.0.1:${port}/commands`, headers: {} };
}

/** A new database on the bench's server; returns its address. */
export async function createDatabase({ postgres }: Servers, name: string): Promise<string> {
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return postgres.urlOf(name);
}
