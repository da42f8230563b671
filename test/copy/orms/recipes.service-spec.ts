import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Test, type TestingModule } from '@nestjs/testing';
import { PrismaPg } from '@prisma/adapter-pg';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable, text } from 'drizzle-orm/pg-core';
import { type Generated, Kysely, PostgresDialect } from 'kysely';
import { Pool } from 'pg';
import { Column, DataSource, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EngineModule, Engines, parseEngineUrl } from '../src/engine/index.js';
import { type CachedQuery, QueryCacheModule, QueryCacheService } from '../src/query-cache/index.js';
import { PrismaClient } from './prisma/client.js';

interface PlainNote {
  id: number;
  text: string;
}

@Entity('prisma_notes')
class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}

const notes = pgTable('prisma_notes', { id: integer().primaryKey(), text: text().notNull() });

interface Tables {
  prisma_notes: { id: Generated<number>; text: string };
}

/** A query by id, and a write in a transaction that may fail after it. */
interface Recipe {
  note: CachedQuery<{ id: number }, PlainNote | null>;
  change: (id: number, text: string, fail?: boolean) => Promise<void>;
}

const orFail = (fail: boolean | undefined) => {
  if (fail) throw new Error('rolled back');
};

function typeOrm(queryCache: QueryCacheService, dataSource: DataSource): Recipe {
  // #region TypeORM
  const note = queryCache.define({
    name: 'typeorm.note',
    ttlSeconds: 60,
    tags: ({ id }) => [`note:${id}`],
    load: async ({ id }: { id: number }) => {
      const found = await dataSource.getRepository(Note).findOneBy({ id });
      // An entity is an instance of a class: return its fields.
      return found && { ...found };
    },
  });
  const change = (id: number, text: string, fail?: boolean) =>
    queryCache.afterCommit(() =>
      dataSource.transaction(async (manager) => {
        await manager.update(Note, { id }, { text });
        await queryCache.invalidateAfterCommit([`note:${id}`]);
        orFail(fail);
      }),
    );
  // #endregion
  return { note, change };
}

function prismaClient(queryCache: QueryCacheService, prisma: PrismaClient): Recipe {
  // #region Prisma
  const note = queryCache.define({
    name: 'prisma.note',
    ttlSeconds: 60,
    tags: ({ id }) => [`note:${id}`],
    load: ({ id }: { id: number }) => prisma.note.findUnique({ where: { id } }),
  });
  const change = (id: number, text: string, fail?: boolean) =>
    queryCache.afterCommit(() =>
      prisma.$transaction(async (transaction) => {
        await transaction.note.update({ where: { id }, data: { text } });
        await queryCache.invalidateAfterCommit([`note:${id}`]);
        orFail(fail);
      }),
    );
  // #endregion
  return { note, change };
}

function drizzleOrm(queryCache: QueryCacheService, pool: Pool): Recipe {
  const db = drizzle(pool);
  // #region Drizzle
  const note = queryCache.define({
    name: 'drizzle.note',
    ttlSeconds: 60,
    tags: ({ id }) => [`note:${id}`],
    load: async ({ id }: { id: number }) => {
      const [found] = await db.select().from(notes).where(eq(notes.id, id));
      return found ?? null;
    },
  });
  const change = (id: number, text: string, fail?: boolean) =>
    queryCache.afterCommit(() =>
      db.transaction(async (transaction) => {
        await transaction.update(notes).set({ text }).where(eq(notes.id, id));
        await queryCache.invalidateAfterCommit([`note:${id}`]);
        orFail(fail);
      }),
    );
  // #endregion
  return { note, change };
}

function kyselyClient(queryCache: QueryCacheService, pool: Pool): Recipe {
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  // #region Kysely
  const note = queryCache.define({
    name: 'kysely.note',
    ttlSeconds: 60,
    tags: ({ id }) => [`note:${id}`],
    load: async ({ id }: { id: number }) => {
      const found = await db.selectFrom('prisma_notes').selectAll().where('id', '=', id).executeTakeFirst();
      return found ?? null;
    },
  });
  const change = (id: number, text: string, fail?: boolean) =>
    queryCache.afterCommit(() =>
      db.transaction().execute(async (transaction) => {
        await transaction.updateTable('prisma_notes').set({ text }).where('id', '=', id).execute();
        await queryCache.invalidateAfterCommit([`note:${id}`]);
        orFail(fail);
      }),
    );
  // #endregion
  return { note, change };
}

function fetched(queryCache: QueryCacheService, url: string) {
  // #region fetch
  const rates = queryCache.define({
    name: 'rates',
    ttlSeconds: 3_600,
    staleSeconds: 3_600,
    // Hanging requests take no slots from the queries of the database.
    concurrentLoads: 20,
    load: async ({ currency }: { currency: string }, signal) => {
      const response = await fetch(`${url}/rates/${encodeURIComponent(currency)}`, { signal });
      if (response.status === 404) return null;
      if (!response.ok) throw new Error(`The rates service answered ${response.status}.`);
      const [, maxAge = '0'] = /max-age=(\d+)/.exec(response.headers.get('cache-control') ?? '') ?? [];
      return { maxAge: Number(maxAge), rates: (await response.json()) as Record<string, number> };
    },
    // After load, from which the compiler knows the value.
    ttlOf: ({ maxAge }) => maxAge,
  });
  // #endregion
  return rates;
}

describe('the recipes of the query cache', () => {
  let module: TestingModule;
  let queryCache: QueryCacheService;
  let pool: Pool;
  let dataSource: DataSource;
  let prisma: PrismaClient;
  beforeAll(async () => {
    const server = process.env['DATABASE_URL'] ?? '';
    const name = `recipes_${randomUUID().replaceAll('-', '')}`;
    const maintenance = new Pool({ connectionString: server });
    await maintenance.query(`CREATE DATABASE ${name}`);
    await maintenance.end();
    const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
    pool = new Pool({ connectionString: url });
    await pool.query('CREATE TABLE prisma_notes (id serial PRIMARY KEY, text text NOT NULL)');
    dataSource = await new DataSource({ type: 'postgres', url, entities: [Note] }).initialize();
    prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
    const roles = { cache: parseEngineUrl(process.env['ENGINE_URL'] ?? '') };
    const imports = [
      EngineModule.forRoot({ roles, deadlineMs: 2_000 }),
      QueryCacheModule.forRootAsync({
        inject: [Engines],
        useFactory: (engines: Engines) => ({
          engine: engines.for('cache'),
          keyPrefix: name,
          concurrentLoads: 4,
          engineSoftTimeoutMs: 2_000,
        }),
      }),
    ];
    module = await Test.createTestingModule({ imports }).compile();
    await module.init();
    queryCache = module.get(QueryCacheService);
  });
  afterAll(async () => {
    await module.close();
    await dataSource.destroy();
    await prisma.$disconnect();
    await pool.end();
  });

  it.each<[string, () => Recipe]>([
    ['TypeORM', () => typeOrm(queryCache, dataSource)],
    ['Prisma', () => prismaClient(queryCache, prisma)],
    ['Drizzle', () => drizzleOrm(queryCache, pool)],
    ['Kysely', () => kyselyClient(queryCache, pool)],
  ])('cache a row with %s, and invalidate it after the commit alone', async (_orm, recipe) => {
    const { rows } = await pool.query<PlainNote>(
      `INSERT INTO prisma_notes (text) VALUES ('old') RETURNING *`,
    );
    const { id } = rows[0];
    const { note, change } = recipe();
    // The engine may not be connected yet.
    await vi.waitFor(async () => expect((await note.read({ id })).lookup.outcome).toBe('hit'));
    expect(await note.get({ id })).toEqual({ id, text: 'old' });
    await expect(change(id, 'lost', true)).rejects.toThrow('rolled back');
    const outcomes = [(await note.read({ id })).lookup.outcome];
    await change(id, 'new');
    const answer = await note.read({ id });
    expect(answer.value).toEqual({ id, text: 'new' });
    expect([...outcomes, answer.lookup.outcome]).toEqual(['hit', 'miss']);
    expect(await note.get({ id: id + 1_000 })).toBeNull();
  });

  it('cache an answer of another service for as long as it says', async () => {
    const server: Server = createServer((request, response) => {
      const status = request.url === '/rates/XXX' ? 404 : 200;
      response.writeHead(status, { 'cache-control': 'public, max-age=60' }).end('{"USD":1.1}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const rates = fetched(queryCache, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await rates.get({ currency: 'EUR' }))?.rates).toEqual({ USD: 1.1 });
    const { lookup } = await rates.read({ currency: 'EUR' });
    expect(lookup.outcome).toBe('hit');
    expect(lookup.ttlSeconds).toBeLessThanOrEqual(60);
    expect(await rates.get({ currency: 'XXX' })).toBeNull();
    server.close();
  });
});
