import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { Module } from '@nestjs/common';
import { type LocalEngine, startEngine, startPostgres } from '../../../local/index.js';
import { Database, DatabaseModule } from '../../../src/database/index.js';
import type { RedisEngine } from '../../../src/engine/index.js';
import {
  type BoardDefinition,
  LeaderboardModule,
  type LeaderboardOptions,
  LeaderboardService,
} from '../../../src/leaderboard/index.js';
import { BatchLedger } from '../../../src/leaderboard/ledger/batch-ledger.js';
import { LeaderboardLedger } from '../../../src/leaderboard/ledger/leaderboard.ledger.js';
import { BoardSync } from '../../../src/leaderboard/sync/board-sync.js';
import { RankingStore } from '../../../src/leaderboard/sorted-sets/ranking.store.js';
import { openEngine, until } from '../engine/open-engine.js';

const PREFIX = 'bench';

@Module({})
class BoardStandModule {}

/** A leaderboard without HTTP, on an engine and on a PostgreSQL that commits to disk. */
export interface BoardStand {
  readonly servers: string;
  readonly databaseUrl: string;
  readonly server: LocalEngine;
  readonly engine: RedisEngine;
  readonly database: Database;
  readonly leaderboard: LeaderboardService;
  readonly store: RankingStore;
  readonly ledger: LeaderboardLedger;
  readonly batches: BatchLedger;
  readonly sync: BoardSync;
  newBoard(definition?: Partial<BoardDefinition>): Promise<string>;
  /** Writes standings of players with 9-byte ids and random scores to the ledger only. */
  fillLedger(board: string, players: number): Promise<void>;
  /** The key of a board's state or of one of its sets. */
  key(board: string, part: string): string;
  /** Microseconds of CPU that the engine has used. */
  engineCpu(): Promise<number>;
  close(): Promise<void>;
}

const USUAL: BoardDefinition = {
  order: 'desc',
  operator: 'best',
  ties: 'first',
  windows: ['all'],
  min: 0,
  max: 1_000_000_000,
};

export async function startBoardStand(settings: Partial<LeaderboardOptions> = {}): Promise<BoardStand> {
  // With a directory of its own PostgreSQL commits with fsync. A temporary one is started without.
  const directory = await mkdtemp(join(tmpdir(), 'board-ledger-'));
  const postgres = await startPostgres({ directory: join(directory, 'data') });
  const server = await startEngine('valkey');
  const engine = await openEngine(server.url);
  const options = { engine, keyPrefix: PREFIX, gameServerKeys: ['unused'], ...settings };
  const imports = [DatabaseModule.forRoot({ url: postgres.url }), LeaderboardModule.forRoot(options)];
  const app = await NestFactory.createApplicationContext(
    { module: BoardStandModule, imports },
    { logger: false },
  );
  const database = app.get(Database);
  const leaderboard = app.get(LeaderboardService);
  await until('the tables are made', async () => {
    const [row] = await database.query<{ made: boolean }>(
      `SELECT to_regclass('answers') IS NOT NULL AS made`,
    );
    return row?.made === true;
  });
  let boards = 0;
  return {
    servers: `${server.name} ${server.version}, postgres ${postgres.version}`,
    databaseUrl: postgres.url,
    server,
    engine,
    database,
    leaderboard,
    store: app.get(RankingStore),
    ledger: app.get(LeaderboardLedger),
    batches: app.get(BatchLedger),
    sync: app.get(BoardSync),
    newBoard: async (definition = {}) => {
      const board = `board-${++boards}`;
      await leaderboard.defineBoard(board, { ...USUAL, ...definition });
      return board;
    },
    fillLedger: (board, players) => fillLedger(database, board, players),
    key: (board, part) => `${PREFIX}:board:{${board}}:${part}`,
    engineCpu: async () => {
      const info = String(await server.command('INFO', 'cpu'));
      const seconds = (field: string) => Number(new RegExp(`${field}:([\\d.]+)`).exec(info)?.[1]);
      return 1e6 * (seconds('used_cpu_user') + seconds('used_cpu_sys'));
    },
    close: async () => {
      await app.close();
      engine.close();
      await server.stop();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const STEP = 100_000;

/** In steps that stay below the time limit of a statement, also on a busy machine. */
async function fillLedger(database: Database, board: string, players: number): Promise<void> {
  for (let from = 1; from <= players; from += STEP) {
    await database.query(
      `INSERT INTO standings (board, period, player_id, merit, sequence)
       SELECT $1, 'all', 'p' || lpad(i::text, 8, '0'), floor(random() * 1e9)::bigint, i
       FROM generate_series($2::bigint, $3::bigint) AS i`,
      [board, from, Math.min(players, from + STEP - 1)],
    );
  }
  await database.query('UPDATE boards SET sequence = $2, players = $2 WHERE board = $1', [board, players]);
}

/** Bytes that the engine has allocated. */
export async function usedMemory({ server }: Pick<BoardStand, 'server'>): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await server.command('INFO', 'memory')))?.[1]);
}

/** The ids of fillLedger. */
export function playerId(number: number): string {
  return `p${String(number).padStart(8, '0')}`;
}

export function randomPlayer(players: number): string {
  return playerId(1 + Math.floor(Math.random() * players));
}

/** Concurrent submitters share the submissions. Each sends its own one after the other. */
export async function submitTogether(
  { submitters, submissions }: { submitters: number; submissions: number },
  submit: () => Promise<unknown>,
): Promise<void> {
  let left = submissions;
  await Promise.all(
    Array.from({ length: submitters }, async () => {
      while (left-- > 0) await submit();
    }),
  );
}
