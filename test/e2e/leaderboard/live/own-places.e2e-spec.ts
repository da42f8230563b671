import { setTimeout as delay } from 'node:timers/promises';
import request from 'supertest';
import { describe, expect, it } from 'vitest';
import type { LeaderboardEntry, OwnPlaceChanged } from '../../../../src/leaderboard/index.js';
import { asGameServer } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask } from './viewer.js';
import { useBoardViewers } from './board-viewers.js';

const nodes = useBoardViewers();
const { connect, newBoard, submit, quietPage } = nodes;

describe('the event me', () => {
  it('has the rank and the neighbours of the player that the viewer follows', async () => {
    const board = await newBoard();
    await submit(board, { a: 9, b: 8, c: 7, d: 6, me: 5, e: 4 });
    const neighbours = async () => {
      const path = `/api/leaderboards/${board}/players/me/neighbours?radius=2`;
      return (await request(nodes.app.url).get(path).expect(200)).body.entries as LeaderboardEntry[];
    };
    const socket = connect();
    const { me } = await ask(socket, 'watch', { board, window: 'all', top: 1, playerId: 'me' });
    expect(me).toEqual({ rank: 5, score: 5, version: 6, neighbours: await neighbours() });
    const places: OwnPlaceChanged[] = [];
    socket.on('me', (place) => places.push(place));
    await submit(board, { me: 7 });
    await until(() => places.length > 0);
    expect(places[0]).toMatchObject({ board, playerId: 'me', rank: 4, score: 7 });
    expect(places[0]?.neighbours).toEqual(await neighbours());
    expect(places[0]?.neighbours.map(({ playerId }) => playerId)).toEqual(['b', 'c', 'me', 'd', 'e']);
  });

  it('has a null rank once the player is removed', async () => {
    const board = await newBoard();
    await submit(board, { a: 9, leaving: 5 });
    const socket = connect();
    await ask(socket, 'watch', { board, window: 'all', top: 1, playerId: 'leaving' });
    const places: OwnPlaceChanged[] = [];
    socket.on('me', (place) => places.push(place));
    await request(nodes.app.url).delete('/api/players/leaving').set(asGameServer).expect(204);
    await until(() => places.length > 0);
    await submit(board, { b: 7 });
    await quietPage(board, 2);
    await delay(1_200);
    const none = { rank: null, score: null, neighbours: [], version: 3 };
    expect(places).toEqual([{ board, window: 'all', playerId: 'leaving', ...none }]);
  });
});
