import request from 'supertest';
import { describe, expect, it } from 'vitest';
import { asOperator } from '../../../support/settings.js';
import { until } from '../../../support/until.js';
import { ask, connectionOf, watch } from './viewer.js';
import { useBoardViewers } from './board-viewers.js';

const nodes = useBoardViewers();
const { connect, newBoard, submit } = nodes;

describe('requests to the namespace /leaderboard', () => {
  it('answer resync and watch alike', async () => {
    const board = await newBoard();
    await submit(board, { a: 1 });
    const socket = connect();
    const request = { board, window: 'all', top: 5 };
    expect(await ask(socket, 'resync', request)).toEqual(await ask(socket, 'watch', request));
  });

  it.each([
    [{ board: 'nobody-made-me', window: 'all', top: 5 }, 'E_BOARD_UNKNOWN'],
    [{ board: 'UPPER', window: 'all', top: 5 }, 'E_INVALID'],
    [{ board: 'arena', window: 'all', top: 1000 }, 'E_INVALID'],
    ['nonsense', 'E_INVALID'],
    [null, 'E_INVALID'],
  ])('reject %j with %s', async (message, code) => {
    expect(await ask(connect(), 'watch', message)).toMatchObject({ error: { code } });
  });

  it('that are refused are counted by the reason, and change nothing', async () => {
    const refusals = async (code: string) => {
      const { text } = await request(nodes.app.url).get('/metrics').set(asOperator).expect(200);
      const line = new RegExp(`^leaderboard_messages_refused_total{.*error_type="${code}".* (\\d+)$`, 'm');
      return Number(line.exec(text)?.[1] ?? 0);
    };
    const board = await newBoard();
    await submit(board, { a: 1 });
    const socket = connect();
    const viewer = await watch(socket, { board, top: 5 });
    const before = await refusals('E_INVALID');
    for (const message of [[], { board: 1 }, { board, window: 'hourly', top: 5 }])
      await ask(socket, 'watch', message);
    socket.emit('watch', { board, window: 'all', top: 5 });
    await until(async () => (await refusals('E_NO_ACKNOWLEDGEMENT')) === 1);
    expect(await refusals('E_INVALID')).toBe(before + 3);
    await submit(board, { a: 2 });
    await until(() => viewer.entries[0]?.score === 2);
  });

  it('are answered up to 16 KB, and close the connection beyond that', async () => {
    const socket = connect();
    const message = (kilobytes: number) => ({ board: 'x'.repeat(kilobytes * 1024), window: 'all', top: 5 });
    expect(await ask(socket, 'watch', message(15))).toMatchObject({ error: { code: 'E_INVALID' } });
    const closed = new Promise((resolve) => socket.once('disconnect', resolve));
    socket.emit('watch', message(17));
    expect(await closed).toMatch(/^transport/);
  });

  it('are not answered while the viewer does not read; it receives behind when it reads again', async () => {
    const board = await newBoard();
    const longest = (i: number) => `${i}`.padEnd(128, 'x');
    await submit(
      board,
      Array.from({ length: 100 }, (_, i): [string, number] => [longest(i), i]),
    );
    const [reading, stalled] = [connect(), connect()];
    const reader = await watch(reading, { board, top: 100 });
    const slow = await watch(stalled, { board, top: 100 });
    const heard: string[] = [];
    stalled.onAny((event: string) => heard.push(event));
    const connection = connectionOf(stalled);
    connection.pause();
    // 20 KB each, in all more than kernel buffers hold: up to 38 MB on Linux (tcp_rmem, tcp_wmem).
    const question = { board, window: 'all', top: 100 };
    let answered = 0;
    for (let i = 0; i < 700; i++) {
      for (let j = 0; j < 3; j++) stalled.emit('resync', question, () => answered++);
      await ask(reading, 'resync', question);
    }
    await submit(board, { late: 1_000 });
    await until(() => reader.entries[0]?.playerId === 'late');
    connection.resume();
    await until(() => heard.includes('behind') && slow.entries[0]?.playerId === 'late');
    expect(heard).not.toContain('changes');
    expect(answered).toBeLessThan(2_100);
  });

  it('are rejected from pages of another origin', async () => {
    const socket = connect(nodes.app.url, { origin: 'https://elsewhere.example' });
    const refused = await new Promise((resolve) => socket.once('connect_error', resolve));
    expect(refused).toBeInstanceOf(Error);
  });
});
