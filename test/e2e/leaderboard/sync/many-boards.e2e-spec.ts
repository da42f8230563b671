import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EngineCluster, startCluster } from '../../../../local/index.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

const BOARDS = 12;

describe('boards on a cluster', () => {
  let cluster: EngineCluster;
  let boards: BoardNodes;
  let names: string[];
  beforeAll(async () => {
    cluster = await startCluster(redisLike(), { replicasPerShard: 0 });
    boards = await startBoardNodes(cluster.url);
    names = await Promise.all(
      Array.from({ length: BOARDS }, () => boards.newBoard({ windows: ['all', 'daily'] })),
    );
  });
  afterAll(async () => {
    await boards.close();
    await cluster.stop();
  });

  const submit = (playerId: string, score: number) =>
    Promise.all(
      names.map((board, i) =>
        boards.nodes[i % 2 === 0 ? 0 : 1].leaderboard.submit(board, [
          { submissionId: randomUUID(), playerId, score },
        ]),
      ),
    );
  const boardsOf = async (shard: string) => {
    const keys = (await cluster.node(shard).command('KEYS', `${boards.prefix}:board:*:state`)) as string[];
    return names.filter((board) => keys.includes(boards.key(board, 'state')));
  };

  it('are spread over the shards, each with all its keys on one', async () => {
    await submit('a', 1);
    const spread = await Promise.all(cluster.shards.map(boardsOf));
    expect(spread.flat().toSorted()).toEqual(names.toSorted());
    for (const some of spread) expect(some.length).toBeLessThan(BOARDS);
    for (const board of names) {
      expect(await boards.whole(board, 'daily')).toMatchObject({ total: 1, entries: [{ playerId: 'a' }] });
    }
  });

  it('keep serving on the other shards while one shard is down, and lose nothing on that one', async () => {
    const [shard = ''] = cluster.shards;
    const lost = await boardsOf(shard);
    await cluster.node(shard).kill();
    await until(async () => {
      const pages = await Promise.all(names.map((board) => boards.whole(board)));
      return names.every((board, i) => lost.includes(board) === (pages[i]?.degraded === true));
    });
    const answers = await submit('b', 2);
    expect(names.filter((_, i) => answers[i]?.[0]?.rank === null)).toEqual(
      names.filter((board) => lost.includes(board)),
    );
    await cluster.node(shard).restart();
    for (const board of names) {
      await boards.settled(board);
      expect((await boards.whole(board)).entries).toMatchObject([{ playerId: 'b' }, { playerId: 'a' }]);
    }
  });
});
