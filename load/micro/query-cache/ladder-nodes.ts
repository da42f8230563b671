import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { CACHE_MANAGER, type Cache, CacheInterceptor, CacheModule } from '@nestjs/cache-manager';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  type ModuleMetadata,
  NotFoundException,
  Param,
  Put,
  Res,
  UseInterceptors,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { KeyvAdapter } from 'cache-manager';
import { redisInsStore } from 'cache-manager-redis-yet';
import type { Response } from 'express';
import { Keyv } from 'keyv';
import { Pool } from 'pg';
import {
  type CachedQuery,
  describeLookup,
  QueryCacheModule,
  type QueryCacheOptions,
  QueryCacheService,
  type QueryDefinition,
} from '../../../src/query-cache/index.js';

const POOL_SIZE = 8;
const QUERY_SECONDS = 0.015;
export const TTL_SECONDS = 1;

export interface Airport {
  code: string;
  revision: number;
}

/** A small table behind a slow query that counts its executions. Each node has one, all with the same rows. */
@Injectable()
export class AirportTable {
  queries = 0;
  private readonly pool: Pool;

  constructor(url: string) {
    this.pool = new Pool({ connectionString: url, max: POOL_SIZE });
  }

  async create(known: readonly string[]): Promise<void> {
    await this.pool.query('CREATE TABLE IF NOT EXISTS airports (code text PRIMARY KEY, revision integer)');
    await this.pool.query('TRUNCATE airports');
    await this.pool.query('INSERT INTO airports SELECT unnest($1::text[]), 1', [known]);
  }

  async find(code: string): Promise<Airport | null> {
    this.queries++;
    // Its snapshot is from before it sleeps, as with any slow query. Without the join there would be no row.
    const { rows } = await this.pool.query<Airport>(
      'SELECT code, revision FROM (SELECT pg_sleep($2)) AS slow LEFT JOIN airports ON code = $1',
      [code, QUERY_SECONDS],
    );
    const [airport] = rows;
    return airport?.code ? airport : null;
  }

  async get(code: string): Promise<Airport> {
    const airport = await this.find(code);
    if (!airport) throw new NotFoundException(`There is no airport ${code}.`);
    return airport;
  }

  async change(code: string): Promise<Airport | undefined> {
    const sql = 'UPDATE airports SET revision = revision + 1 WHERE code = $1 RETURNING code, revision';
    return (await this.pool.query<Airport>(sql, [code])).rows[0];
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

@Controller('airports')
class UncachedAirports {
  constructor(private readonly table: AirportTable) {}

  @Get(':code')
  read(@Param('code') code: string) {
    return this.table.get(code);
  }

  @Put(':code')
  change(@Param('code') code: string) {
    return this.table.change(code);
  }
}

/** As in Nest's documentation. */
@Controller('airports')
@UseInterceptors(CacheInterceptor)
class StockAirports extends UncachedAirports {}

/** The key is the URL of the request. The interceptor has no other name for an answer. */
@Controller('airports')
@UseInterceptors(CacheInterceptor)
class DeletingStockAirports extends UncachedAirports {
  @Inject(CACHE_MANAGER)
  private readonly cache!: Cache;

  @Put(':code')
  override async change(@Param('code') code: string) {
    const changed = await super.change(code);
    await this.cache.del(`/airports/${code}`);
    return changed;
  }
}

/** Features of the query cache beyond single flight, lease and validity tokens, which are always on. */
export interface Features {
  invalidates?: boolean;
  staleSeconds?: number;
  /** An unknown airport is the answer null, not an error. */
  answersNull?: boolean;
}

const FEATURES = Symbol('features');

@Controller('airports')
class CachedAirports {
  private readonly airport: CachedQuery<{ code: string }, Airport | null>;

  constructor(
    private readonly table: AirportTable,
    private readonly queryCache: QueryCacheService,
    @Inject(FEATURES) private readonly features: Features,
  ) {
    const { staleSeconds = 0, answersNull } = features;
    const definition: QueryDefinition<{ code: string }, Airport | null> = {
      name: 'airport',
      ttlSeconds: TTL_SECONDS,
      staleSeconds,
      tags: ({ code }) => [`airport:${code}`],
      load: ({ code }) => (answersNull ? table.find(code) : table.get(code)),
    };
    this.airport = queryCache.define(definition);
  }

  @Get(':code')
  async read(@Param('code') code: string, @Res({ passthrough: true }) response: Response) {
    const answer = await this.airport.read({ code });
    if (answer.ifPresent) return answer;
    describeLookup(response, answer.lookup);
    throw new NotFoundException();
  }

  @Put(':code')
  async change(@Param('code') code: string) {
    const changed = await this.table.change(code);
    if (this.features.invalidates) await this.queryCache.invalidateTag(`airport:${code}`);
    return changed;
  }
}

/** The parts of a step's node, beside its table. */
export type NodeParts = Pick<ModuleMetadata, 'imports' | 'controllers' | 'providers'>;

export function uncached(): NodeParts {
  return { controllers: [UncachedAirports] };
}

/** Without a client, answers are kept in the process. */
export function stock(client?: unknown, { deletes = false } = {}): NodeParts {
  const ttl = TTL_SECONDS * 1_000;
  // Its types are of an older node-redis. The methods it calls are the same.
  const store = client ? new KeyvAdapter(redisInsStore(client as never)) : undefined;
  const stores = store && [new Keyv({ store, serialize: undefined, deserialize: undefined })];
  return {
    imports: [CacheModule.register({ ttl, ...(stores && { stores }) })],
    controllers: [deletes ? DeletingStockAirports : StockAirports],
  };
}

export function cached(
  options: Omit<QueryCacheOptions, 'concurrentLoads'>,
  features: Features = {},
): NodeParts {
  return {
    imports: [QueryCacheModule.forRoot({ ...options, concurrentLoads: POOL_SIZE - 2 })],
    controllers: [CachedAirports],
    providers: [{ provide: FEATURES, useValue: features }],
  };
}

export interface LadderNode {
  port: number;
  close(): Promise<void>;
}

export async function startLadderNode(table: AirportTable, parts: NodeParts): Promise<LadderNode> {
  const providers = [...(parts.providers ?? []), { provide: AirportTable, useValue: table }];
  const app = await NestFactory.create(
    { module: class LadderNodeModule {}, ...parts, providers },
    { logger: false },
  );
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return { port, close: () => app.close() };
}
