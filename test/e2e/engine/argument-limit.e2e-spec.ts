import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine, startEngine } from '../../../local/index.js';
import { readinessOf, redisLike, startOn, type TestNode } from '../../support/app.js';
import { createDatabase } from '../../support/database.js';
import { type RefusingProxy, startRefusingProxy } from '../../support/refusing-proxy.js';
import { asGameServer, patient, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const MOST_SCORES = 1_000;
const BOARD = {
  order: 'desc',
  operator: 'sum',
  ties: 'first',
  windows: ['all', 'daily', 'weekly', 'monthly'],
  min: 0,
  max: 10,
};

describe('an engine that accepts 3,999 arguments in a command', () => {
  let server: LocalEngine;
  let proxy: RefusingProxy;
  let node: TestNode;
  beforeAll(async () => {
    server = await startEngine(redisLike());
    proxy = await startRefusingProxy(server.port, []);
    const settings = productionSettings(await createDatabase(), proxy.through(server.url));
    node = await startOn({ ...settings, ...patient });
    await until(async () => (await readinessOf(node)).status === 'ok');
  });
  afterAll(async () => {
    await node.close();
    proxy.stop();
    await server.stop();
  });

  const putBoard = (board: string) =>
    request(node.url).put(`/api/leaderboards/${board}`).set(asGameServer).send(BOARD).expect(200);
  const submit = (board: string, from: number) => {
    const scores = Array.from({ length: MOST_SCORES }, (_, i) => from + i).map((i) => ({
      submissionId: `${board}-${i}`,
      playerId: `player-${i}`,
      score: i % 10,
    }));
    return request(node.url).post(`/api/leaderboards/${board}/scores`).set(asGameServer).send(scores);
  };

  it('accepts the largest batch of scores on a board with every window, as newcomers and again', async () => {
    await putBoard('large');
    for (const from of [0, 500]) {
      const { body } = await submit('large', from);
      expect(body).toHaveLength(MOST_SCORES);
      expect(body.every(({ rank }: { rank: number | null }) => rank !== null)).toBe(true);
    }
    expect(proxy.refused).toEqual([]);
  });

  it('rebuilds a board', async () => {
    await putBoard('rebuilt');
    for (const from of [0, 1_000, 2_000]) await submit('rebuilt', from);
    await server.command('FLUSHALL');
    await submit('rebuilt', 2_500);
    await until(async () => (await server.command('ZCARD', 'caching:board:{rebuilt}:all')) === 3_500);
    expect(proxy.refused).toEqual([]);
  });
});
