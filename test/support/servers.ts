import type { TestProject } from 'vitest/node';
import { ensureEngine } from '../../local/installation.js';
import { type EngineKind, startPostgres } from '../../local/index.js';
import { buildStale } from '../../local/launcher/build.js';
import { loadFlightsDataset } from '../../src/demo/flights/dataset/flights.dataset.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A database with the flights in it, to make others from. */
    templateDatabaseUrl: string;
    engines: EngineKind[];
  }
}

const KINDS: EngineKind[] = ['redis', 'valkey', 'memcached'];
const ROWS = 100_000;

/** Once per run: engines installed, the page built, and one PostgreSQL with 100,000 flights. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const engines = await installEngines();
  await buildStale(process.cwd(), { serverToo: false });
  const postgres = await startPostgres();
  await loadFlightsDataset({ databaseUrl: postgres.url, rows: ROWS });
  project.provide('templateDatabaseUrl', postgres.url);
  project.provide('engines', engines);
  return () => postgres.stop();
}

/** Some systems have no package of some engine; its tests are left out there, but never where the gate runs. */
async function installEngines(): Promise<EngineKind[]> {
  const installed: EngineKind[] = [];
  for (const kind of KINDS) {
    try {
      await ensureEngine([kind], console.log);
      installed.push(kind);
    } catch (error) {
      if (process.env['CI']) throw error;
      console.warn(
        `Tests on ${kind} are left out. ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
  return installed;
}
