import { Client } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type LocalPostgres, startPostgres } from '../../../local/index.js';
import { type LoadProgress, loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { Program } from './program.js';

const LOADER = 'src/demo/flights/dataset/load.ts';

let server: LocalPostgres;
let client: Client;

beforeAll(async () => {
  server = await startPostgres();
  client = new Client(server.url);
  await client.connect();
});

beforeEach(async () => {
  await client.query('drop table if exists flights, airports, dataset');
});

afterAll(async () => {
  await client?.end();
  await server?.stop();
});

async function one(sql: string): Promise<unknown> {
  return (await client.query<Record<string, unknown>>(sql)).rows[0];
}

describe('loadFlightsDataset', () => {
  it('loads the first flights of the file, with ids from 1, and their airports', async () => {
    const result = await loadFlightsDataset({ databaseUrl: server.url, rows: 20_000 });
    expect(result).toEqual({ outcome: 'loaded', rows: 20_000 });
    expect(
      await one(`select id, date::text, delay, distance, origin, destination from flights where id = 4`),
    ).toEqual({
      id: 4,
      date: '2001-01-01 00:01:00',
      delay: -13,
      distance: 2345,
      origin: 'ANC',
      destination: 'LAX',
    });
    expect(
      await one(
        'select count(*)::int flights, min(id), max(id), count(distinct origin)::int origins from flights',
      ),
    ).toEqual({ flights: 20_000, min: 1, max: 20_000, origins: 222 });
    expect(await one('select count(*)::int airports from airports')).toEqual({ airports: 223 });
    expect(await one(`select name, city from airports where iata = 'BTR'`)).toEqual({
      name: 'Baton Rouge Metropolitan, Ryan',
      city: 'Baton Rouge',
    });
    expect(
      await one(`insert into flights (date, delay, distance, origin, destination)
                 values (now(), 0, 1, 'LAX', 'SFO') returning id`),
    ).toEqual({ id: 20_001 });
  });

  it('keeps the same data and replaces other data', async () => {
    const load = (rows: number) => loadFlightsDataset({ databaseUrl: server.url, rows });
    await load(2000);
    const before = await one('select loaded_at from dataset');
    expect(await load(2000)).toEqual({ outcome: 'kept', rows: 2000 });
    expect(await one('select loaded_at from dataset')).toEqual(before);
    expect(await load(3000)).toEqual({ outcome: 'replaced', rows: 3000 });
    expect(await one('select count(*)::int from flights')).toEqual({ count: 3000 });
  });

  it('reports progress up to the last row', async () => {
    const reported: LoadProgress[] = [];
    await loadFlightsDataset({
      databaseUrl: server.url,
      rows: 5000,
      onProgress: (step) => reported.push(step),
    });
    const rows = reported.map((step) => step.rows);
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(reported.at(-1)).toEqual({ step: 'indexing', rows: 5000, rowsTotal: 5000 });
  });

  it('loads once when two processes start at the same time', async () => {
    const load = () => loadFlightsDataset({ databaseUrl: server.url, rows: 2000 });
    const outcomes = (await Promise.all([load(), load()])).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['kept', 'loaded']);
  });

  it('leaves no partial data when it is killed, and loads on the next run', async () => {
    const killed = new Program(LOADER, ['--database', server.url, '--rows', '20000']);
    await killed.says(/copied/);
    killed.process.kill('SIGKILL');
    await killed.exited;
    expect(await one(`select to_regclass('flights') flights, to_regclass('dataset') dataset`)).toEqual({
      flights: null,
      dataset: null,
    });
    const repeated = new Program(LOADER, ['--database', server.url, '--rows', '20000']);
    expect(await repeated.exitCode()).toBe(0);
    expect(repeated.lines.at(-1)).toBe('20,000 flights loaded');
  });
});

describe('load.ts', () => {
  it('prints one line and exits with 2 when an argument is wrong', async () => {
    const loader = new Program(LOADER, ['--database', server.url, '--rows', 'all']);
    expect(await loader.exitCode()).toBe(2);
    expect(loader.lines).toEqual([
      '--rows must be a whole number of flights from 1 upward, not "all". See --help.',
    ]);
  });

  it('prints one line and exits with 1 when no database answers', async () => {
    const loader = new Program(LOADER, ['--database', 'postgres://user:secret@127.0.0.1:1/caching']);
    expect(await loader.exitCode()).toBe(1);
    expect(loader.lines).toEqual([
      'No PostgreSQL answers at 127.0.0.1:1. Start it, or correct the database URL.',
    ]);
  });
});
