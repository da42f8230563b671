import { startPostgres } from '../../../local/index.js';
import { CACHE_OUTAGES } from '../../../test/support/cache-outages/cache-outage.js';
import {
  type CacheOutageRun,
  CONCURRENT_LOADS,
  runCacheOutage,
} from '../../../test/support/cache-outages/cache-outage-run.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { quantile } from '../../measuring/statistics.js';

const KINDS = ['valkey', 'redis', 'memcached'] as const;
const OUTAGE_MS = 2_000;
const P99 = 0.99;
const MOST_ABOVE_DATABASE_MS = 100;
const LONGEST_RECOVERY_MS = 3_000;

/** What callers of cached queries notice of an engine outage. */
export const cacheOutages: ServersScenario = {
  name: 'cache-outages',
  question: 'What do callers of cached queries see while the engine fails?',
  needs: 'servers',
  uses: [],
  isLong: true,
  seconds: () => 160,
  method:
    `100 lookups a second of a query of 20 ms, three in four of 40 hot answers, the others of new ones, at most ${CONCURRENT_LOADS} loads at a time. The outage lasts\n` +
    `${OUTAGE_MS / 1000} s. p99: of all lookups from the beginning of the outage until the recovery, and of the database alone just before. "back": from the\n` +
    'return of the engine to the first of 20 lookups in a row that used it. "again": most loads of one hot answer in the second after that.',
  async measure({ say }) {
    const postgres = await startPostgres();
    const servers = new Set<string>();
    const rows: string[][] = [];
    const figures: Figure[] = [];
    try {
      for (const kind of KINDS) {
        for (const name of Object.keys(CACHE_OUTAGES)) {
          say(`${kind}, ${name}`);
          const run = await runCacheOutage(kind, name, { databaseUrl: postgres.url, outageMs: OUTAGE_MS });
          servers.add(run.servers);
          rows.push([kind, name, ...cellsOf(run)]);
          figures.push(...figuresOf(`${kind}, ${name}`, run));
        }
      }
    } finally {
      await postgres.stop();
    }
    return {
      servers: [...servers, `PostgreSQL ${postgres.version}`].join(', '),
      tables: [{ title: 'lookups during an outage', rows: [HEADER, ...rows] }],
      figures,
    };
  },
};

const HEADER = [
  'engine',
  'outage',
  'lookups',
  'failed',
  'hung',
  'p99 ms',
  'database p99',
  'loads at once',
  'back ms',
  'again',
];

function cellsOf(run: CacheOutageRun): string[] {
  const { lookups, failed, hung, latenciesMs, databaseMs, mostLoadsAtOnce, recoveryMs, mostLoadsOfOne } = run;
  const counts = [lookups, failed, hung].map(String);
  const p99s = [latenciesMs, databaseMs].map((times) => quantile(times, P99).toFixed(0));
  return [...counts, ...p99s, String(mostLoadsAtOnce), recoveryMs.toFixed(0), String(mostLoadsOfOne)];
}

function figuresOf(figure: string, run: CacheOutageRun): Figure[] {
  const above = quantile(run.latenciesMs, P99) - quantile(run.databaseMs, P99);
  return [
    { figure: `${figure}: failed or hung`, value: run.failed + run.hung, atMost: 0 },
    {
      figure: `${figure}: p99 above the database's`,
      value: above,
      atMost: MOST_ABOVE_DATABASE_MS,
      unit: 'ms',
    },
    { figure: `${figure}: loads at once`, value: run.mostLoadsAtOnce, atMost: CONCURRENT_LOADS },
    { figure: `${figure}: back`, value: run.recoveryMs, atMost: LONGEST_RECOVERY_MS, unit: 'ms' },
    { figure: `${figure}: loads again`, value: run.mostLoadsOfOne, atMost: 1 },
  ];
}
