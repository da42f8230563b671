// #region query-cache
import { Controller, Get, Param, UsePipes } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { validationPipe } from '../common/index.js';
import { Database } from '../database/index.js';
import { type CachedQuery, QueryCacheService } from '../query-cache/index.js';

const LONGEST = 1_000_000;
const RULE = `must be a whole number from 1 to ${LONGEST}`;

const seriesSchema = z.object({
  length: z
    .string()
    .regex(/^[1-9]\d{0,6}$/, RULE)
    .transform(Number)
    .refine((length) => length <= LONGEST, RULE),
});

type Series = z.output<typeof seriesSchema>;

interface Sum {
  numbers: number;
  sum: number;
}

/** An example of the query cache: PostgreSQL answers the first request, memory the others, for a minute. */
@ApiTags('examples')
@UsePipes(validationPipe)
@Controller('api/examples/series')
export class SeriesController {
  private readonly sums: CachedQuery<Series, Sum | null>;

  constructor(queryCache: QueryCacheService, database: Database) {
    this.sums = queryCache.define({
      name: 'examples.series-sum',
      ttlSeconds: 60,
      // queryCache.invalidateTag('series:1000') after a write that changes the answer.
      tags: ({ length }) => [`series:${length}`],
      load: async ({ length }, signal) => {
        const sql =
          'SELECT count(*)::int AS numbers, sum(n)::float8 AS sum FROM generate_series(1, $1::int) AS n';
        const [sum] = await database.query<Sum>(sql, [length], signal);
        return sum ?? null;
      },
    });
  }

  @Get(':length')
  @ApiOperation({ summary: 'Sum of the numbers from 1, answered from memory. See the header Cache-Status' })
  sum(@Param({ schema: seriesSchema }) { length }: Series) {
    return this.sums.read({ length });
  }
}
// #endregion
