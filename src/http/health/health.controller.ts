import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { HealthService } from './health.service.js';
import type { Readiness } from './health.wire.js';
import { livenessAnswer, readinessAnswer } from './health.answers.js';

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  @Get('live')
  @ApiOkResponse({ standardSchema: livenessAnswer })
  @ApiOperation({ summary: '200 while the process serves' })
  live() {
    return { status: 'ok' };
  }

  /** An engine that is down only degrades the node. Otherwise the balancer would take every node out of service. */
  @Get('ready')
  @ApiOkResponse({ standardSchema: readinessAnswer })
  @ApiServiceUnavailableResponse({ standardSchema: readinessAnswer })
  @ApiOperation({
    summary: '200 while PostgreSQL answers and the node is not stopping, with each engine’s state and reason',
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = await this.health.readiness();
    response.set('Cache-Control', 'no-store');
    if (readiness.status === 'unavailable' || readiness.status === 'stopping')
      response.status(503).set('Retry-After', '1');
    return readiness;
  }
}
