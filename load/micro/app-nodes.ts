import { freePort } from '../../local/machine/free-port.js';
import { startEngine, startPostgres } from '../../local/index.js';
import { appEnvironment, startAppNode } from '../../local/launcher/app/app-nodes.js';
import { buildStale, SERVER } from '../../local/launcher/app/build.js';
import { loadFlightsDataset } from '../../src/demo/flights/dataset/flights.dataset.js';

export interface AppNodes {
  readonly ports: readonly number[];
  readonly databaseUrl: string;
  /** Names and versions. */
  readonly servers: string;
  stop(): Promise<void>;
}

/** Builds the application and starts `nodes` of it, each in a process, on an engine and a database of their own with `flights` flights. */
export async function startAppNodes({
  nodes = 1,
  flights = 0,
  settings = {},
}: {
  nodes?: number;
  flights?: number;
  settings?: NodeJS.ProcessEnv;
}): Promise<AppNodes> {
  await buildStale(process.cwd(), [SERVER]);
  const [engine, postgres] = [await startEngine('valkey'), await startPostgres()];
  if (flights > 0) await loadFlightsDataset({ databaseUrl: postgres.url, rows: flights });
  const urls = { database: postgres.url, engine: engine.url, cacheEngine: undefined };
  const environment = appEnvironment(urls, { ...process.env, ...settings });
  const root = process.cwd();
  const start = async () => {
    const port = await freePort();
    const options = { root, watch: false, debug: false, environment, onLine: () => undefined };
    return { port, app: await startAppNode(port, options) };
  };
  const started = await Promise.all(Array.from({ length: nodes }, start));
  for (const { app } of started) await app.logged(/^ready/);
  return {
    ports: started.map(({ port }) => port),
    databaseUrl: postgres.url,
    servers: `${engine.name} ${engine.version}, postgres ${postgres.version}`,
    stop: async () => {
      await Promise.all(started.map(({ app }) => app.stop()));
      await postgres.stop();
      await engine.stop();
    },
  };
}
