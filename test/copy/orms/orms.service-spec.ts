import { randomUUID } from 'node:crypto';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client, Pool } from 'pg';
import request from 'supertest';
import { Column, DataSource, Entity, PrimaryGeneratedColumn, type QueryRunner } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database, DatabaseModule } from '../src/database/index.js';
import { EngineModule, Engines, parseEngineUrl } from '../src/engine/index.js';
import { LeaderboardModule } from '../src/leaderboard/index.js';
import { PrismaClient } from './prisma/client.js';

@Entity('typeorm_notes')
class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}

class CreateTags1700000000000 {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE typeorm_tags (tag text)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE typeorm_tags');
  }
}

/** What `prisma migrate` would make of schema.prisma. */
const PRISMA_TABLE = 'CREATE TABLE prisma_notes (id serial PRIMARY KEY, text text NOT NULL)';
const TYPEORM_POOL_SIZE = 7;
const PRISMA_POOL_SIZE = 5;
const asGameServer = { authorization: 'Bearer a-key-for-tests' };

let url: string;
let pool: Pool;
beforeEach(async () => {
  const server = process.env['DATABASE_URL'] ?? '';
  const name = `orms_${randomUUID().replaceAll('-', '')}`;
  await query(server, `CREATE DATABASE ${name}`);
  url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await query(url, PRISMA_TABLE);
  pool = new Pool({ connectionString: url, max: PRISMA_POOL_SIZE });
});
afterEach(() => pool.end());

describe.each<[string, () => DynamicModule, number]>([
  ['with a pool of its own', () => DatabaseModule.forRoot({ url }), 10],
  [
    "on TypeORM's pool",
    () =>
      DatabaseModule.forRootAsync({
        inject: [DataSource],
        useFactory: ({ driver }: DataSource) => ({ pool: (driver as PostgresDriver).master as Pool }),
      }),
    TYPEORM_POOL_SIZE,
  ],
  ["on Prisma's pool", () => DatabaseModule.forRoot({ pool }), PRISMA_POOL_SIZE],
])('DatabaseModule %s', (_, database, poolSize) => {
  it('shares a database with TypeORM and Prisma: each keeps its tables and rows over a second start', async () => {
    const first = await start(database(), 'the first');
    expect(first.poolSize).toBe(poolSize);
    expect(first.notes).toEqual({ typeOrm: ['the first'], prisma: ['the first'] });
    const second = await start(database(), 'the second');
    expect(second.notes).toEqual({
      typeOrm: ['the first', 'the second'],
      prisma: ['the first', 'the second'],
    });
    expect([first.applied, second.applied]).toEqual([true, false]);
    expect(second.tables).toEqual(first.tables);
    expect(first.tables).toEqual(
      expect.arrayContaining([
        'migrations',
        'module_migrations',
        'prisma_notes',
        'typeorm_notes',
        'typeorm_tags',
      ]),
    );
    expect(await query(url, 'SELECT name FROM migrations')).toEqual([{ name: 'CreateTags1700000000000' }]);
  });
});

/** Starts the service, lets each side write, and stops it. */
async function start(database: DynamicModule, text: string) {
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  const typeOrm = TypeOrmModule.forRoot({
    type: 'postgres',
    url,
    poolSize: TYPEORM_POOL_SIZE,
    entities: [Note],
    synchronize: true,
    migrations: [CreateTags1700000000000],
    migrationsRun: true,
  });
  const engine = EngineModule.forRoot({
    roles: { leaderboard: parseEngineUrl(process.env['ENGINE_URL'] ?? '') },
    deadlineMs: 2_000,
  });
  const leaderboard = LeaderboardModule.forRootAsync({
    inject: [Engines],
    useFactory: (engines: Engines) => ({
      engine: engines.redisFor('leaderboard'),
      keyPrefix: new URL(url).pathname.slice(1),
      gameServerKeys: ['a-key-for-tests'],
    }),
  });
  const imports = [typeOrm, engine, database, leaderboard];
  const app = (await Test.createTestingModule({ imports }).compile()).createNestApplication();
  await app.listen(0, '127.0.0.1');
  try {
    const notes = app.get(DataSource).getRepository(Note);
    await Promise.all([notes.save({ text }), prisma.note.create({ data: { text } })]);
    return {
      applied: await submitScore(app),
      notes: {
        typeOrm: (await notes.find({ order: { id: 'ASC' } })).map((note) => note.text),
        prisma: (await prisma.note.findMany({ orderBy: { id: 'asc' } })).map((note) => note.text),
      },
      poolSize: app.get(Database).poolState.max,
      tables: await tablesOf(url),
    };
  } finally {
    await app.close();
    await prisma.$disconnect();
  }
}

/** Sends the same submission each time. Returns whether it counted. */
async function submitScore(app: INestApplication): Promise<boolean> {
  const board = '/api/leaderboards/arena';
  const define = () => request(app.getHttpServer()).put(board).set(asGameServer).send({}).expect(200);
  // The tables are made after the start.
  await vi.waitFor(define, { timeout: 30_000 });
  const { body } = await request(app.getHttpServer())
    .post(`${board}/scores`)
    .set(asGameServer)
    .send({ submissionId: 'one', playerId: 'ada', score: 42 })
    .expect(200);
  return (body as { applied: boolean }).applied;
}

async function tablesOf(url: string): Promise<string[]> {
  const tables = await query(
    url,
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  return tables.map(({ table_name }) => String(table_name));
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}
