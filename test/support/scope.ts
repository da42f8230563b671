/**
 * Which tests run. `quick`: `npm test`. `all`: `npm run test:all`, and runs of single files. `rest`: what CI runs after `npm test`, all
 * without the files that ran there in full. `matrix`: `npm run test:matrix`, which uses every engine where the others use one.
 */
export const SCOPE = scopeOf(process.env['TEST_SCOPE'] || 'all');

type Scope = 'quick' | 'all' | 'rest' | 'matrix';

/** The number of repetitions of a random or concurrent test. `npm test` does a tenth of them, but at least one. */
export function rounds(all: number): number {
  return SCOPE === 'quick' ? Math.ceil(all / 10) : all;
}

/** Files that `npm test` skips, by subject. */
export const NOT_IN_QUICK: Readonly<Record<string, string>> = {
  'the servers of local/': 'test/e2e/local/**/*.e2e-spec.ts',
  'the built app': 'test/e2e/built/**/*.e2e-spec.ts',
  'the cache libraries of load/peers': 'test/e2e/load/**/*.e2e-spec.ts',
  'npm run lab': 'test/e2e/lab/**/*.e2e-spec.ts',
  'the browser': 'test/browser/**/*.e2e-spec.ts',
  'services that modules are copied into': 'test/copy/**/*.e2e-spec.ts',
  'docker-compose.yml': 'test/e2e/docker/**/*.e2e-spec.ts',
  'Sentinel and Cluster': 'test/e2e/engine/app-on-topologies.e2e-spec.ts',
  'engine faults with TLS': 'test/e2e/engine/faults-on-*-with-tls.e2e-spec.ts',
  'changes of managed services under load': 'test/e2e/engine/services-under-load.e2e-spec.ts',
  'IAM tokens that expire': 'test/e2e/engine/iam-tokens.e2e-spec.ts',
  'refusals of engines and wrong URLs':
    'test/e2e/{engine/{least-access,memcached-wrong-servers,refusals,refused-commands,cluster-addresses,wrong-urls,subscriber-connections,argument-limit,replace-foreign},database/database-urls}.e2e-spec.ts',
  'outages and races of sessions':
    'test/e2e/sessions/{engine/{clocks,cut-off,failover,foreign-keys,refused-writes,replicas,time-in-scripts,undone},races/*,accounts/*races,api/session-limit}.e2e-spec.ts',
  'outages and concurrent loads of the query cache':
    'test/e2e/query-cache/{cluster-loads,foreign-content,key-flood,large-answers,lease,lifetimes,outages,refused-pushes,stuck-loads,unconfirmed,undone}.e2e-spec.ts',
  'outages and load of the leaderboard':
    'test/e2e/leaderboard/{ledger/{exactness,load,lost-commits,concurrent-removal},live/{degraded-viewers,snapshots},sync/*}.e2e-spec.ts',
  'a silent PostgreSQL': 'test/e2e/database/silence.e2e-spec.ts',
  'outages, topologies and viewers of the textbook side':
    'test/e2e/textbook/{live,outages,topologies}.e2e-spec.ts',
  'random requests': 'test/e2e/http/{fuzz,addresses}.e2e-spec.ts',
};

/** Folders in which `npm test` skips, shortens and varies nothing. */
const FULL_IN_QUICK = ['leaderboard/api', 'sessions/store', 'telemetry', 'weather'].map(
  (folder) => `test/e2e/${folder}/*.e2e-spec.ts`,
);

/** The files that this scope skips. */
export const SKIPPED: readonly string[] =
  SCOPE === 'quick' ? Object.values(NOT_IN_QUICK) : SCOPE === 'rest' ? FULL_IN_QUICK : [];

function scopeOf(text: string): Scope {
  if (text === 'quick' || text === 'all' || text === 'rest' || text === 'matrix') return text;
  throw new Error(`TEST_SCOPE must be quick, all, rest or matrix, not "${text}".`);
}
