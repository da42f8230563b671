import { Body, Controller, Get, HttpCode, Post, Query, UseGuards, UsePipes } from '@nestjs/common';
import { ApiBearerAuth, ApiNotFoundResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { validationPipe } from '../../common/index.js';
import { OperatorGuard } from '../../http/index.js';
import { type LookupTrace, QueryCacheService, type QueryCacheStats } from '../../query-cache/index.js';
import { ConsoleFeed } from './console-feed.js';
import { invalidationAnswer, statsAnswer, tracesAnswer } from './console.answers.js';

const tracesQuerySchema = z.object({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, 'must be a whole number from 1 to 500')
    .transform(Number)
    .refine((n) => n >= 1 && n <= 500, 'must be a whole number from 1 to 500')
    .default(100),
});

const text = z.string().min(1, 'must not be empty').max(1_000, 'must be at most 1000 characters');
const invalidationSchema = z
  .strictObject({
    tag: text.optional(),
    query: text.optional(),
    args: z.unknown().optional(),
    all: z.literal(true, 'must be true').optional(),
  })
  .refine(({ tag, query, all }) => [tag, query, all].filter((one) => one !== undefined).length === 1, {
    error: 'must have one of "tag", "query" (with or without "args") and "all"',
  })
  .refine(({ query, args }) => query !== undefined || args === undefined, {
    path: ['args'],
    error: 'needs the "query" that it belongs to',
  })
  .meta({ example: { tag: 'airport:JFK' } });

type Invalidation = z.output<typeof invalidationSchema>;

@ApiTags('operator')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@UsePipes(validationPipe)
@Controller('api/query-cache')
export class QueryCacheController {
  constructor(
    private readonly queryCache: QueryCacheService,
    private readonly feed: ConsoleFeed,
  ) {}

  @Get('stats')
  @ApiOkResponse({ standardSchema: statsAnswer })
  @ApiOperation({ summary: 'Counts of every cached query on this node' })
  stats(): QueryCacheStats {
    return this.queryCache.stats();
  }

  @Get('traces')
  @ApiOkResponse({ standardSchema: tracesAnswer })
  @ApiOperation({ summary: 'The newest lookups on this node, newest first' })
  traces(@Query({ schema: tracesQuerySchema }) { limit }: { limit: number }): LookupTrace[] {
    return this.feed.newestTraces(limit);
  }

  @Post('invalidations')
  @HttpCode(200)
  @ApiOkResponse({ standardSchema: invalidationAnswer })
  @ApiOperation({
    summary: 'Invalidate the answers with a tag, one or all answers of a query, or all answers',
  })
  @ApiNotFoundResponse({ description: 'E_QUERY_UNKNOWN' })
  async invalidate(
    @Body({ schema: invalidationSchema }) invalidation: Invalidation,
  ): Promise<{ isConfirmed: boolean }> {
    return { isConfirmed: await this.apply(invalidation) };
  }

  private apply({ tag, query, args }: Invalidation): Promise<boolean> {
    if (tag !== undefined) return this.queryCache.invalidateTag(tag);
    if (query === undefined) return this.queryCache.invalidateAll();
    return args === undefined
      ? this.queryCache.invalidateQuery(query)
      : this.queryCache.invalidate(query, args);
  }
}
