import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalEngine } from '../../../../local/index.js';
import { type BoardWindow, LeaderboardError } from '../../../../src/leaderboard/index.js';
import { isOutage } from '../../../../src/leaderboard/sync/outages.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { startTestEngine } from '../../../support/profiles/test-engine.js';
import { type BoardNodes, startBoardNodes } from '../board-nodes.js';

const DAY_MS = 86_400_000;

/** What another application may leave under a key: every type, and the commands that create it. */
const TYPES: [type: string, ...commands: string[][]][] = [
  ['string', ['SET', 'KEY', 'text']],
  ['list', ['RPUSH', 'KEY', 'a', 'b']],
  ['set', ['SADD', 'KEY', 'a', 'b']],
  ['sorted set', ['ZADD', 'KEY', '1', 'x', '2', 'y', '3', 'z']],
  ['hash', ['HSET', 'KEY', 'x', '1']],
  ['stream', ['XADD', 'KEY', '*', 'a', '1']],
];

const NUMBERS = [
  '',
  'x',
  '-1',
  '1.5',
  '1e3',
  '0x10',
  'inf',
  'nan',
  '9'.repeat(16),
  '9'.repeat(400),
  ' 2',
  '2\0',
];
const MARKS = ['x', ':', 'x:y', '1:', ':1', '1.5:a', '9'.repeat(40) + ':a', '1:\0', '\0'];
const FIELDS: [field: string, values: string[]][] = [
  ['position', NUMBERS],
  ['edition', NUMBERS],
  ['ledger', ['', 'x', '\0']],
  ['mark', MARKS],
  ['all', NUMBERS],
];
/** A member that replaces a player. */
const MEMBERS: [composite: string, member: string][] = [
  ['inf', 'a'],
  ['-inf', 'a'],
  ['-1', 'a'],
  ['1.5', 'a'],
  ['1e300', 'a'],
  ['1e16', 'a'],
  ['1', 'nul \0'],
  ['1', ''],
];

interface Damage {
  what: string;
  part: 'state' | 'all' | 'today' | 'tomorrow';
  commands: string[][];
  ties?: 'first' | 'shared';
}

const shorten = (text: string) => JSON.stringify(text.length > 20 ? `${text.slice(0, 20)}...` : text);

const GROUPS: [group: string, damages: Damage[]][] = [
  ...(['state', 'all', 'today', 'tomorrow'] as const).map((part): [string, Damage[]] => [
    `another type as ${part}`,
    TYPES.map(([what, ...commands]) => ({ what, part, commands: [['DEL', 'KEY'], ...commands] })),
  ]),
  ...FIELDS.map(([field, values]): [string, Damage[]] => [
    `a foreign ${field}`,
    values.map((value) => ({
      what: shorten(value),
      part: 'state',
      commands: [['HSET', 'KEY', field, value]],
    })),
  ]),
  ...(['first', 'shared'] as const).map((ties): [string, Damage[]] => [
    `a foreign member, ties ${ties}`,
    MEMBERS.map(([composite, member]) => ({
      what: `${shorten(member)} with ${composite}`,
      part: 'all',
      ties,
      commands: [
        ['ZREM', 'KEY', 'a'],
        ['ZADD', 'KEY', composite, member],
      ],
    })),
  ]),
];

describe('a board with foreign content in its keys', () => {
  let engine: LocalEngine;
  let boards: BoardNodes;
  beforeAll(async () => {
    engine = await startTestEngine(redisLike());
    boards = await startBoardNodes(engine.url);
  });
  afterAll(async () => {
    await boards.close();
    await engine.stop();
  });

  const score = (playerId: string, points: number) => ({
    submissionId: randomUUID(),
    playerId,
    score: points,
  });

  async function run(key: string, commands: string[][]): Promise<void> {
    for (const command of commands) {
      await engine.command(...(command.map((word) => (word === 'KEY' ? key : word)) as [string]));
    }
  }

  /** A board whose second day has no scores yet. */
  async function damagedBoard({ part, commands, ties = 'first' }: Damage): Promise<string> {
    const board = await boards.newBoard({ ties, windows: ['all', 'daily'] });
    await boards.nodes[0].leaderboard.submit(board, [score('a', 2), score('b', 1)]);
    const day = (days: number) =>
      new Date(boards.clock.now.getTime() + days * DAY_MS).toISOString().slice(0, 10);
    const names = { state: 'state', all: 'all', today: day(0), tomorrow: day(1) };
    await run(boards.key(board, names[part]), commands);
    return board;
  }

  const readings = [
    ['a page', (board: string) => boards.whole(board)],
    ['a page of the day', (board: string) => boards.whole(board, 'daily')],
    ['a rank', (board: string) => boards.nodes[0].leaderboard.rankOf(board, 'all', 'a')],
    [
      'neighbours',
      (board: string) => boards.nodes[0].leaderboard.neighbours(board, 'a', { window: 'all', radius: 2 }),
    ],
    ['friends', (board: string) => boards.nodes[0].leaderboard.ranks(board, 'all', ['a', 'b'])],
    ['a top for viewers', (board: string) => boards.nodes[0].leaderboard.top(board, 'all', { limit: 10 })],
    ['scores', (board: string) => boards.nodes[0].leaderboard.submit(board, [score('b', 1)])],
  ] as const;

  const isHealed = async (board: string, window: BoardWindow) => {
    const { degraded, total, entries } = await boards.whole(board, window);
    const shown = entries.map(({ playerId, score: points }) => `${playerId} ${points}`).join();
    return degraded === undefined && total === 2 && shown === 'a 2,b 1';
  };

  async function healsAndGoesOn(board: string): Promise<void> {
    const healed = () =>
      until(async () => (await isHealed(board, 'all')) && (await isHealed(board, 'daily')));
    const { leaderboard } = boards.nodes[1];
    const best = `best-of-${board}`;
    await healed();
    await leaderboard.submit(board, [score(best, 3)]);
    await until(async () => (await boards.whole(board)).entries[0]?.playerId === best);
    await leaderboard.removePlayer(best);
    await healed();
  }

  it.each(GROUPS)('answers every request and is rebuilt: %s', async (_group, damages) => {
    const damaged = await Promise.all(
      damages.map(async (damage) => ({ ...damage, board: await damagedBoard(damage) })),
    );
    const outcomes = await Promise.all(
      damaged.flatMap(({ what, board }) =>
        readings.map(async ([reading, read]) => {
          const outcome = await read(board).then(
            () => 'answered',
            (error: unknown) =>
              isOutage(error) || error instanceof LeaderboardError ? 'answered' : String(error),
          );
          return [what, reading, outcome];
        }),
      ),
    );
    expect(outcomes.filter(([, , outcome]) => outcome !== 'answered')).toEqual([]);
    await Promise.all(damaged.map(({ board }) => healsAndGoesOn(board)));
  });

  it('shows no foreign members in a day that begins', async () => {
    const damaged = await Promise.all(
      TYPES.map(([what, ...commands]) => damagedBoard({ what, part: 'tomorrow', commands })),
    );
    await boards.clock.advance(DAY_MS);
    for (const board of damaged) {
      expect(await boards.whole(board, 'daily')).toMatchObject({ total: 0, entries: [] });
      await until(async () => (await boards.whole(board, 'daily')).degraded === undefined);
      expect(await boards.whole(board, 'daily')).toMatchObject({ total: 0, entries: [] });
    }
  });

  it.each(TYPES)(
    'reads names and removes players when the name cache is a %s',
    async (_type, ...commands) => {
      const board = await boards.newBoard();
      const [{ leaderboard }] = boards.nodes;
      await leaderboard.saveProfile('a', { name: 'Ada' });
      await leaderboard.submit(board, [score('a', 2), score('gone', 1)]);
      const key = `${boards.prefix}:player-names`;
      await run(key, [['DEL', key], ...commands]);
      await leaderboard.removePlayer('gone');
      expect((await boards.whole(board)).entries).toMatchObject([{ playerId: 'a', name: 'Ada' }]);
      expect(await engine.command('TYPE', key)).toBe('hash');
    },
  );
});
