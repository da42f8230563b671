import { randomUUID } from 'node:crypto';
import type { Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { Database, DatabaseModule } from '../../../src/database/index.js';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import {
  type BoardDefinition,
  type BoardPage,
  type BoardWindow,
  LeaderboardModule,
  LeaderboardService,
} from '../../../src/leaderboard/index.js';
import { DatabaseClock } from '../../../src/leaderboard/ledger/database-clock.js';
import { createDatabase, queryDatabase } from '../../support/database.js';
import { until } from '../../support/until.js';
import { startClock, type TestClock } from './test-clock.js';

const DEADLINE_MS = 2_000;

/** The leaderboard module alone, with connections of its own. */
export interface BoardNode {
  leaderboard: LeaderboardService;
  /** Waits until it is connected to the engine. */
  readonly connected: () => Promise<void>;
  /** A provider of the module. */
  get<T>(type: Type<T>): T;
  close(): Promise<void>;
}

export interface BoardNodes {
  nodes: [BoardNode, BoardNode];
  prefix: string;
  databaseUrl: string;
  clock: TestClock;
  /** Another node. With a `url` that nothing listens on it cannot reach the engine. */
  start(url?: string): Promise<BoardNode>;
  newBoard(definition?: Partial<BoardDefinition>): Promise<string>;
  /** The first thousand entries. */
  whole(board: string, window?: BoardWindow): Promise<BoardPage>;
  /** The key of a board's state or of one of its sets. */
  key(board: string, part: string): string;
  /** Waits until both nodes answer from the engine at the version of the ledger. */
  settled(board: string): Promise<void>;
  close(): Promise<void>;
}

export async function startBoardNodes(engineUrl: string): Promise<BoardNodes> {
  const prefix = `test:${randomUUID()}`;
  const databaseUrl = await createDatabase();
  const started: BoardNode[] = [];
  const clocks: DatabaseClock[] = [];
  const clock = await startClock(databaseUrl, clocks);
  const start = async (url = engineUrl) => {
    const node = await startNode({ url, databaseUrl, prefix });
    started.push(node);
    clocks.push(node.get(DatabaseClock));
    return node;
  };
  const nodes: [BoardNode, BoardNode] = [await start(), await start()];
  await Promise.all(nodes.map(({ connected }) => connected()));
  const [{ leaderboard }] = nodes;
  const whole = (board: string, window: BoardWindow = 'all') =>
    leaderboard.page(board, { window, offset: 0, limit: 1000 });
  return {
    nodes,
    prefix,
    databaseUrl,
    clock,
    start,
    whole,
    key: (board, part) => `${prefix}:board:{${board}}:${part}`,
    newBoard: async (definition = {}) => {
      const board = `board-${randomUUID()}`;
      await leaderboard.defineBoard(board, { ...USUAL, ...definition });
      return board;
    },
    settled: (board) =>
      until(async () => {
        const question = { window: 'all', offset: 0, limit: 1 } as const;
        const pages = await Promise.all(nodes.map((node) => node.leaderboard.page(board, question)));
        const [ledger] = await queryDatabase<{ sequence: string }>(
          databaseUrl,
          'SELECT sequence FROM boards WHERE board = $1',
          [board],
        );
        return pages.every(({ degraded, version }) => !degraded && version === Number(ledger?.sequence));
      }),
    close: async () => {
      await Promise.all(started.map((node) => node.close()));
    },
  };
}

const USUAL: BoardDefinition = {
  order: 'desc',
  operator: 'best',
  ties: 'first',
  windows: ['all'],
  min: -1_000_000,
  max: 1_000_000,
};

async function startNode({
  url,
  databaseUrl,
  prefix,
}: {
  url: string;
  databaseUrl: string;
  prefix: string;
}): Promise<BoardNode> {
  const engine = new RedisEngine(parseEngineUrl(url), DEADLINE_MS);
  engine.start();
  const options = { engine, keyPrefix: prefix, gameServerKeys: ['unused'] };
  const module: TestingModule = await Test.createTestingModule({
    imports: [DatabaseModule.forRoot({ url: databaseUrl }), LeaderboardModule.forRoot(options)],
  })
    .setLogger({ log: () => undefined, warn: () => undefined, error: () => undefined })
    .compile();
  await module.init();
  const database = module.get(Database);
  await until(async () => {
    const [row] = await database.query<{ made: boolean }>(
      `SELECT to_regclass('answers') IS NOT NULL AS made`,
    );
    return row?.made === true;
  });
  return {
    leaderboard: module.get(LeaderboardService),
    connected: () => until(() => engine.isReady),
    get: (type) => module.get(type),
    close: async () => {
      await module.close();
      engine.close();
    },
  };
}
