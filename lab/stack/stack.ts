import { fileURLToPath } from 'node:url';
import { FLIGHTS } from '../../local/launcher/demo/flights.js';
import { type LocalPostgres, startPostgres } from '../../local/index.js';
import type { Scene, Stoppable } from '../experiment.js';
import { AppNodes } from './app-nodes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Enough for all airports to have routes. The experiments count answers, not how long a query takes. */
const FLIGHT_ROWS = '20000';
const NODES = 2;

export interface Stack<Engines> {
  readonly engines: Engines;
  readonly database: LocalPostgres;
  readonly app: AppNodes;
}

interface AppOptions {
  readonly nodes?: number;
  /** Replace the usual settings. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Starts PostgreSQL with some flights, and app nodes on these engines. They stop when the run ends. */
export async function startStack<Engines extends Stoppable & { readonly url: string }>(
  scene: Scene,
  starting: Promise<Engines>,
  { nodes = NODES, settings = {} }: AppOptions = {},
): Promise<Stack<Engines>> {
  scene.say('starts the servers');
  const [engines, database] = await Promise.all([scene.start(starting), startDatabase(scene)]);
  const app = await scene.start(
    AppNodes.start({ database: database.url, engine: engines.url, settings }, nodes),
  );
  return { engines, database, app };
}

/** Starts PostgreSQL with some flights. */
export async function startDatabase(scene: Scene): Promise<LocalPostgres> {
  const database = await scene.start(startPostgres());
  const flights = FLIGHTS.read({ DATASET_ROWS: FLIGHT_ROWS });
  await flights.load({ root, databaseUrl: database.url, onProgress: () => undefined });
  return database;
}
