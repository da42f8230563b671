import { freePorts } from '../../local/machine/free-port.js';
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
  const running: { stop(): Promise<unknown> }[] = [];
  const keep = <Server extends { stop(): Promise<unknown> }>(server: Server): Server => {
    running.push(server);
    return server;
  };
  const stop = async () => {
    // The nodes first: they need their servers to complete their requests.
    for (const server of running.toReversed()) await server.stop();
  };
  try {
    const engine = keep(await startEngine('valkey'));
    const postgres = keep(await startPostgres());
    if (flights > 0) await loadFlightsDataset({ databaseUrl: postgres.url, rows: flights });
    const urls = { database: postgres.url, engine: engine.url, cacheEngine: undefined };
    const environment = appEnvironment(urls, { ...process.env, ...settings });
    const options = { root: process.cwd(), watch: false, debug: false, environment, onLine: () => undefined };
    const ports = await freePorts(nodes);
    const apps = await Promise.all(ports.map(async (port) => keep(await startAppNode(port, options))));
    for (const app of apps) await app.logged(/^ready/);
    const servers = `${engine.name} ${engine.version}, postgres ${postgres.version}`;
    return { ports, databaseUrl: postgres.url, servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
