// #region plain-cache
import { CACHE_MANAGER, type Cache } from '@nestjs/cache-manager';
import { Controller, Get, Inject } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Database } from '../database/index.js';

const HOUR_MS = 60 * 60 * 1000;

interface Server {
  version: string;
  loadedAt: string;
}

/** An example of CACHE_MANAGER: a value that needs a lifetime and no invalidation. */
@ApiTags('examples')
@Controller('api/examples/server')
export class ServerController {
  constructor(
    @Inject(CACHE_MANAGER) private readonly cache: Cache,
    private readonly database: Database,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Version of PostgreSQL, and when it was queried' })
  server(): Promise<Server> {
    return this.cache.wrap('examples:server', () => this.load(), HOUR_MS);
  }

  private async load(): Promise<Server> {
    const [row] = await this.database.query<{ version: string }>('SELECT version()', []);
    return { version: row?.version ?? 'unknown', loadedAt: new Date().toISOString() };
  }
}
// #endregion
