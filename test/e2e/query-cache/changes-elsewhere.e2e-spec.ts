import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFlightsDataset } from '../../../src/demo/flights/dataset/flights.dataset.js';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { queryDatabase } from '../../support/database.js';
import { rounds } from '../../support/scope.js';
import { until } from '../../support/until.js';

const CHANGES = rounds(40);
const ID = 5;

describe('a flight that another client of the database changes', () => {
  let app: TestApp;
  let nodes: TestNode[];
  let client: Client;
  beforeAll(async () => {
    app = await startApp();
    nodes = [app, await app.startNode()];
    client = new Client({ connectionString: app.databaseUrl });
    await client.connect();
    await until(async () => {
      const [{ count } = { count: '0' }] = await query<{ count: string }>(
        `SELECT (SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'flights\\_%') +
                (SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'listener of flight%' AND datname = current_database() AND query <> '') AS count`,
      );
      return Number(count) === 5 + nodes.length;
    });
  });
  afterAll(async () => {
    await client.end();
    await app.close();
  });

  const query = <Row extends object>(sql: string) => queryDatabase<Row>(app.databaseUrl, sql);
  const get = async (node: TestNode, id = ID) => {
    const response = await fetch(`${node.url}/api/flights/${id}`);
    const { delay } = (await response.json()) as { delay: number };
    const isHit = response.headers.get('cache-status')?.includes('; hit');
    return { delay, isHit, age: Number(response.headers.get('age')) };
  };
  /** On each node. */
  const areHits = (id = ID) =>
    until(async () => (await Promise.all(nodes.map((node) => get(node, id)))).every(({ isHit }) => isHit));
  const have = (delay: number) =>
    until(async () =>
      (await Promise.all(nodes.map((node) => get(node)))).every((answer) => answer.delay === delay),
    );
  const delays = async (id = ID) =>
    (await Promise.all(nodes.map((node) => get(node, id)))).map(({ delay }) => delay);
  const LISTENERS = `FROM pg_stat_activity WHERE application_name LIKE 'listener of flight%' AND datname = current_database() AND query <> ''`;
  /** Returns their process ids. */
  const endListeners = async () => {
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pid, pg_terminate_backend(pid) ${LISTENERS}`,
    );
    expect(rows).toHaveLength(nodes.length);
    return rows.map(({ pid }) => pid);
  };
  const areReplaced = (pids: number[]) =>
    until(async () => {
      const { rowCount } = await client.query(`SELECT ${LISTENERS} AND pid <> ALL ($1)`, [pids]);
      return rowCount === nodes.length;
    });
  /** Answers are trusted for longer than a second. */
  const areTrusted = () =>
    until(async () => (await Promise.all(nodes.map((node) => get(node)))).every(({ age }) => age >= 2));
  const update = (delay: number) => client.query(`UPDATE flights SET delay = ${delay} WHERE id = ${ID}`);

  it('is served by every node soon after the commit', async () => {
    const took: number[] = [];
    for (let delay = 1; delay <= CHANGES; delay++) {
      await areHits();
      await update(delay);
      const committedAt = performance.now();
      await have(delay);
      took.push(Math.round(performance.now() - committedAt));
    }
    console.info(
      `${CHANGES} changes by another client, ms until both nodes served them: ${took.toSorted((a, b) => a - b).join(' ')}`,
    );
    expect(took).toHaveLength(CHANGES);
  });

  it('is not invalidated before the commit', async () => {
    await areHits();
    await client.query('BEGIN');
    await update(901);
    // A later change that is committed: what was published before has arrived with it.
    await query(`UPDATE flights SET delay = 77 WHERE id = ${ID + 1}`);
    await until(async () =>
      (await Promise.all(nodes.map((node) => get(node, ID + 1)))).every(({ delay }) => delay === 77),
    );
    expect((await Promise.all(nodes.map((node) => get(node)))).map(({ isHit }) => isHit)).toEqual([
      true,
      true,
    ]);
    await client.query('COMMIT');
    await have(901);
  });

  it.each([
    [
      'inserted',
      `INSERT INTO flights (date, delay, distance, origin, destination) VALUES ('2001-01-01', 7, 9, 'Q8Z', 'JFK')`,
      1,
    ],
    ['deleted', `DELETE FROM flights WHERE origin = 'Q8Z'`, 0],
  ])('changes its route when it is %s', async (_how, sql, flights) => {
    const path = '/api/flights/routes/Q8Z/JFK';
    const countOn = async ({ url }: TestNode) => {
      const response = await fetch(url + path);
      return response.ok ? ((await response.json()) as { flights: number }).flights : 0;
    };
    await Promise.all(nodes.map(countOn));
    await client.query(sql);
    await until(async () => (await Promise.all(nodes.map(countOn))).every((count) => count === flights));
    expect(await countOn(app)).toBe(flights);
  });

  it('is served after the connections of all listeners were lost meanwhile', async () => {
    await areHits();
    await areHits(ID + 1);
    const ended = await endListeners();
    await client.query(`UPDATE flights SET delay = 902 WHERE id = ${ID + 1}`);
    await areReplaced(ended);
    // Another flight: a read of the changed one before would load it.
    await areTrusted();
    expect(await delays(ID + 1)).toEqual([902, 902]);
  });

  it('is served soon after the commit also while no listener can connect', async () => {
    await areHits();
    const [{ name } = { name: '' }] = await query<{ name: string }>('SELECT current_database() AS name');
    const another = Object.assign(new URL(app.databaseUrl), { pathname: '/template1' }).href;
    // Connections that are open stay open.
    const allowConnections = (isAllowed: boolean) =>
      queryDatabase(another, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${isAllowed}`);
    await allowConnections(false);
    try {
      await endListeners();
      await update(904);
      await have(904);
    } finally {
      await allowConnections(true);
    }
    await areTrusted();
    expect(await delays()).toEqual([904, 904]);
  });

  it('is served where a statement changes very many flights', async () => {
    await areHits();
    await client.query(`UPDATE flights SET delay = 903 WHERE id <= 2000`);
    await have(903);
    expect(await get(app)).toMatchObject({ delay: 903 });
  });

  it.each([3_000, 2_000])('is served after %d flights were loaded while the nodes run', async (rows) => {
    const [{ delay: old } = { delay: 0 }] = await query<{ delay: number }>(
      `SELECT delay FROM flights WHERE id = ${ID}`,
    );
    await update(905);
    await have(905);
    await areHits();
    const { outcome } = await loadFlightsDataset({ databaseUrl: app.databaseUrl, rows });
    expect(outcome).toBe('replaced');
    // The old data are no longer served, and a change of the new ones is heard.
    await until(async () => !(await delays()).includes(905));
    await areTrusted();
    await update(old + 1);
    await have(old + 1);
    expect(await delays()).toEqual([old + 1, old + 1]);
  });

  it('is served soon after all may have changed, although another client has locked the table', async () => {
    await areHits();
    await update(77);
    await have(77);
    const other = new Client({ connectionString: app.databaseUrl });
    await other.connect();
    try {
      await areHits();
      // Without triggers, which would publish the change.
      await other.query("BEGIN; SET LOCAL session_replication_role = 'replica'");
      await other.query(`UPDATE flights SET delay = 78 WHERE id = ${ID}`);
      await other.query('COMMIT');
      // Conflicts with CREATE TRIGGER.
      await other.query('BEGIN; LOCK TABLE flights IN ROW EXCLUSIVE MODE');
      await client.query("NOTIFY flight_changes, '*'");
      await have(78);
      expect(await delays()).toEqual([78, 78]);
    } finally {
      await other.end();
    }
    await areTrusted();
  });

  // The last one: no flight is left.
  it('is served by no node after a TRUNCATE', async () => {
    await areHits();
    await client.query('TRUNCATE flights');
    const areGone = async () => {
      const responses = await Promise.all(nodes.map(({ url }) => fetch(`${url}/api/flights/${ID}`)));
      return responses.every(({ status }) => status === 404);
    };
    await until(areGone);
    expect(await areGone()).toBe(true);
  });
});
