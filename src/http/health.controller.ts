import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { Database, Migrations } from '../database/index.js';
import { Engines } from '../engine/index.js';
import type { Readiness } from './health.wire.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly engines: Engines,
    private readonly database: Database,
    private readonly migrations: Migrations,
  ) {}

  @Get('live')
  @ApiOperation({ summary: '200 while the process serves' })
  @ApiOkResponse()
  live() {
    return { status: 'ok' };
  }

  /** An engine being down degrades; it must not take every node out of the balancer. */
  @Get('ready')
  @ApiOperation({
    summary: '200 while PostgreSQL answers, with each engine’s state and reason; 503 otherwise',
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const database = await this.databaseState();
    const engines = this.engines.reports();
    response.set('Cache-Control', 'no-store');
    if (database.state === 'down') {
      response.status(503).set('Retry-After', '1');
      return { status: 'unavailable', database, engines };
    }
    const allReady = engines.every(({ state }) => state === 'ready');
    return { status: allReady ? 'ok' : 'degraded', database, engines };
  }

  private async databaseState(): Promise<Readiness['database']> {
    try {
      await this.database.query('SELECT 1');
    } catch {
      return { state: 'down', reason: 'PostgreSQL does not answer. Start it, or correct DATABASE_URL.' };
    }
    const [module] = this.migrations.unfinished;
    if (module) return { state: 'down', reason: `The tables of ${module} are being made.` };
    return { state: 'ready', reason: null };
  }
}
