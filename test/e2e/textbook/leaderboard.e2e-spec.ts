import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { LocalEngine } from '../../../local/index.js';
import { until } from '../../support/until.js';
import { type Top, useTextbookBoards } from './textbook-boards.js';

const SIDES = ['textbook', 'api'] as const;

describe('the textbook leaderboard', () => {
  const boards = useTextbookBoards();
  const { define, submit, top, playersOf } = boards;

  it('ranks players by their best score, and sends the new top', async () => {
    const viewer = await boards.connect('textbook-leaderboard');
    const sent = new Promise<Top>((resolve) => viewer.once('top', resolve));
    const { body } = await submit('textbook', { playerId: 'ada', score: 7 });
    expect(body).toEqual({ playerId: 'ada', rank: 1, score: 7 });
    expect(await sent).toEqual({ board: boards.board, entries: [body] });
    await submit('textbook', { playerId: 'ada', score: 3 });
    const player = (id: string) =>
      request(boards.app.url).get(`/textbook/leaderboards/${boards.board}/players/${id}`);
    expect((await player('ada').expect(200)).body).toEqual(body);
    expect((await player('nobody').expect(404)).body.code).toBe('E_PLAYER_NOT_RANKED');
  });

  it('answers a player with the five above and the five below', async () => {
    for (let score = 1; score <= 20; score++) await submit('textbook', { playerId: `p${score}`, score });
    const around = (id: string) =>
      request(boards.app.url).get(`/textbook/leaderboards/${boards.board}/players/${id}/neighbours`);
    const ranksAround = async (id: string) => {
      const { entries } = (await around(id).expect(200)).body as Top;
      return entries.map(({ rank, playerId }) => `${rank} ${playerId}`);
    };
    const ranked = Array.from({ length: 20 }, (_, i) => `${i + 1} p${20 - i}`);
    expect(await ranksAround('p10')).toEqual(ranked.slice(5, 16));
    expect(await ranksAround('p19')).toEqual(ranked.slice(0, 7));
    expect(await ranksAround('p1')).toEqual(ranked.slice(14));
    expect((await around('nobody').expect(404)).body.code).toBe('E_PLAYER_NOT_RANKED');
  });

  it('orders equal scores by name; the module ranks the earlier one first', async () => {
    await define();
    for (const side of SIDES) {
      for (const playerId of ['amy', 'zoe', 'bob']) await submit(side, { playerId, score: 7 });
    }
    expect(await playersOf('textbook')).toEqual(['zoe', 'bob', 'amy']);
    expect(await playersOf('api')).toEqual(['amy', 'zoe', 'bob']);
  });

  it('counts a repeated submission twice; the module counts it once', async () => {
    await define({ operator: 'sum' });
    const score = { submissionId: 'match-7:ada', playerId: 'ada', score: 7 };
    for (let i = 0; i < 2; i++) {
      await submit('textbook', score, { what: 'points' });
      await submit('api', score);
    }
    expect((await top('textbook')).entries).toMatchObject([{ playerId: 'ada', score: 14 }]);
    expect((await top('api')).entries).toMatchObject([{ playerId: 'ada', score: 7 }]);
  });

  it('loses all scores when the engine loses its data; the module restores them from PostgreSQL', async () => {
    await define();
    for (const side of SIDES) await submit(side, { playerId: 'ada', score: 7 });
    await (boards.app.engine as LocalEngine).command('FLUSHALL');
    await until(async () => (await top('api')).entries[0]?.rank === 1);
    expect((await top('api')).entries).toMatchObject([{ rank: 1, playerId: 'ada', score: 7 }]);
    expect((await top('textbook')).entries).toEqual([]);
  });
});
