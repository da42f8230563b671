import { Controller, Get, Query, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { OperatorGuard } from '../../http/index.js';
import { type LookupTrace, QueryCacheService, type QueryCacheStats } from '../../query-cache/index.js';
import { ConsoleFeed } from './console-feed.js';

const tracesQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 500')
    .transform(Number)
    .refine((n) => n >= 1 && n <= 500, 'must be a whole number from 1 to 500')
    .default(100),
});

@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@Controller('api/query-cache')
export class QueryCacheController {
  constructor(
    private readonly queryCache: QueryCacheService,
    private readonly feed: ConsoleFeed,
  ) {}

  @Get('stats')
  @ApiOperation({ summary: 'Counts of every cached query on this node' })
  stats(): QueryCacheStats {
    return this.queryCache.stats();
  }

  @Get('traces')
  @ApiOperation({ summary: 'The newest lookups on this node, newest first' })
  traces(@Query({ schema: tracesQuerySchema }) { limit }: { limit: number }): LookupTrace[] {
    return this.feed.newestTraces(limit);
  }
}
