import { beforeAll, describe, expect, it } from 'vitest';
import { installed } from '../../support/app.js';
import { CACHE_OUTAGES } from '../../support/cache-outages/cache-outage.js';
import { createDatabase } from '../../support/database.js';
import { CONCURRENT_LOADS, runCacheOutage } from '../../support/cache-outages/cache-outage-run.js';

const [redisLike] = installed('valkey', 'redis');
const kinds = [redisLike, ...installed('memcached')].filter((kind) => kind !== undefined);

/** Measured by `npm run bench -- cache-outages`. */
describe.each(kinds)('the query cache during an outage of %s', (kind) => {
  let databaseUrl: string;
  beforeAll(async () => {
    databaseUrl = await createDatabase();
  });

  it.concurrent.each(Object.keys(CACHE_OUTAGES))(
    'fails no lookup, bounds the database loads and recovers: %s',
    async (name) => {
      const run = await runCacheOutage(kind, name, { databaseUrl, outageMs: 1_000 });
      expect(run).toMatchObject({ failed: 0, hung: 0 });
      expect(run.mostLoadsAtOnce).toBeLessThanOrEqual(CONCURRENT_LOADS);
      expect(run.recoveryMs).toBeLessThan(Number.POSITIVE_INFINITY);
    },
    120_000,
  );
});
