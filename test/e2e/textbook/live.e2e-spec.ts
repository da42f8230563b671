import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { LeaderboardChanges } from '../../../src/leaderboard/index.js';
import { TextbookLeaderboardGateway } from '../../../src/textbook/leaderboard.js';
import { until } from '../../support/until.js';
import { connectionOf } from '../leaderboard/live/viewer.js';
import { type Top, useTextbookBoards } from './textbook-boards.js';

const PLAYERS = 100;
const CHANGES = 20;
/** src/leaderboard/live/leaderboard.gateway.spec.ts shows that the module sends no more to a viewer that does not read. */
const MODULE_BACKLOG = 20;

describe('the live textbook leaderboard', () => {
  const boards = useTextbookBoards();
  const { define, submit } = boards;

  const submitToBoth = (playerId: string, score: number, name = boards.board) =>
    Promise.all([
      submit('textbook', { playerId, score }, { name }),
      submit('api', { playerId, score }, { name }),
    ]);

  /** A viewer of all boards on the textbook side, and one that watches this test's board through the module. */
  async function view(onTop: (top: Top) => void, onChanges: (changes: LeaderboardChanges) => void) {
    (await boards.connect('textbook-leaderboard')).on('top', onTop);
    const watcher = (await boards.connect('leaderboard')).on('changes', onChanges);
    await watcher.timeout(5000).emitWithAck('watch', { board: boards.board, window: 'all', top: PLAYERS });
  }

  it('sends every board to every viewer; the module sends only the watched one', async () => {
    const other = `other-${randomUUID()}`;
    await define();
    await define({}, other);
    const sent = { textbook: [] as string[], module: [] as string[] };
    await view(
      ({ board }) => sent.textbook.push(board),
      ({ board }) => sent.module.push(board),
    );
    await submitToBoth('ada', 7, other);
    await submitToBoth('ada', 7);
    await until(() => sent.textbook.length === 2 && sent.module.length === 1);
    expect(sent).toEqual({ textbook: [other, boards.board], module: [boards.board] });
  });

  it('sends a viewer more than ten times the bytes of the module', async () => {
    await define();
    await Promise.all(Array.from({ length: PLAYERS }, (_, i) => submitToBoth(`player-${i}`, i * 100)));
    const seen = { tops: 0, version: 0 };
    const bytes = { textbook: 0, module: 0 };
    await view(
      (top) => {
        seen.tops++;
        bytes.textbook += JSON.stringify(top).length;
      },
      (changes) => {
        seen.version = changes.version;
        bytes.module += JSON.stringify(changes).length;
      },
    );
    for (let i = 0; i < CHANGES; i++) await submitToBoth(`player-${i}`, i * 100 + 1);
    await until(() => seen.tops === CHANGES && seen.version === PLAYERS + CHANGES);
    expect(bytes.textbook).toBeGreaterThan(10 * bytes.module);
  });

  it('keeps everything that a viewer does not read in memory; the module keeps 20 messages', async () => {
    const viewer = await boards.connect('textbook-leaderboard');
    const { server } = boards.app.get(TextbookLeaderboardGateway);
    const { conn } = server.sockets.get(viewer.id ?? '') ?? {};
    const backlog = () => (conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
    connectionOf(viewer).pause();
    // Long names, because the first megabytes fit into the buffers of the kernel.
    const submitAll = (score: number) =>
      Promise.all(
        Array.from({ length: PLAYERS }, (_, i) =>
          submit('textbook', { playerId: `${i}`.padEnd(64, '名'), score }),
        ),
      );
    let score = 0;
    await until(async () => {
      await submitAll(++score);
      return backlog() > 5 * MODULE_BACKLOG;
    });
    expect(backlog()).toBeGreaterThan(5 * MODULE_BACKLOG);
    connectionOf(viewer).resume();
  });
});
