import type { TestProject } from 'vitest/node';
import { ensureEngine } from '../../local/installation/ensure-engine.js';
import { type EngineKind, startPostgres } from '../../local/index.js';
import { buildStale } from '../../local/launcher/app/build.js';
import { PAGE } from '../../local/launcher/demo/page.js';
import { loadFlightsDataset } from '../../src/demo/flights/dataset/flights.dataset.js';
import { NOT_IN_QUICK, SCOPE } from './scope.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A template database with the flights. */
    templateDatabaseUrl: string;
    engines: EngineKind[];
  }
}

const KINDS: EngineKind[] = ['redis', 'valkey', 'memcached'];
const ROWS = 100_000;

/** Installs the engines, builds the page, and starts one PostgreSQL server with 100,000 flights. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const engines = await installEngines();
  await buildStale(process.cwd(), [PAGE]);
  const postgres = await startPostgres();
  await loadFlightsDataset({ databaseUrl: postgres.url, rows: ROWS });
  project.provide('templateDatabaseUrl', postgres.url);
  project.provide('engines', SCOPE === 'quick' ? oneOfRedisAndValkey(engines) : engines);
  return async () => {
    await postgres.stop();
    if (SCOPE === 'quick' && project.name === 'e2e') console.log(skippedTests());
  };
}

/** The last line of `npm test`. */
function skippedTests(): string {
  const parts = [...Object.keys(NOT_IN_QUICK), 'other engines, topologies and faults'].join(', ');
  return `npm test skips: ${parts}. Run them with npm run test:all.`;
}

function oneOfRedisAndValkey(engines: readonly EngineKind[]): EngineKind[] {
  const unused = engines.includes('valkey') ? 'redis' : undefined;
  return engines.filter((kind) => kind !== unused);
}

/** Some systems lack a package of some engine. Its tests are skipped there, except in CI. */
async function installEngines(): Promise<EngineKind[]> {
  const installed: EngineKind[] = [];
  for (const kind of KINDS) {
    try {
      await ensureEngine([kind], console.log);
      installed.push(kind);
    } catch (error) {
      if (process.env['CI']) throw error;
      console.warn(`Tests on ${kind} are skipped. ${(error as Error).message}`);
    }
  }
  return installed;
}
