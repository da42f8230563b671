import { setTimeout as wait } from 'node:timers/promises';
import type { AppNodes } from '../stack/app-nodes.js';
import { Client } from './client.js';
import { placeIn } from './queries.js';
import { MODULE } from './side.js';

const CONCURRENT = 8;
/** The app knows a changed list of Memcached nodes, and has nothing in its own memory any more. */
const SETTLED_MS = 2_500;

/** Reads the same flights again and again, and counts what came from the engine. */
export class CachedFlights {
  private readonly client: Client;

  constructor(
    private readonly app: AppNodes,
    readonly count: number,
  ) {
    this.client = new Client(MODULE, app);
  }

  /** Reads each flight once, from the engine. */
  async readLater(): ReturnType<CachedFlights['read']> {
    await wait(SETTLED_MS);
    return this.read();
  }

  /** Reads each flight once. */
  async read(): Promise<{ hitPercent: number; databaseQueries: number }> {
    const before = await this.app.databaseQueries('flights');
    const ids = Array.from({ length: this.count }, (_, i) => i + 1).values();
    const readers = Array.from({ length: CONCURRENT }, () => this.readAll(ids));
    const hits = (await Promise.all(readers)).reduce((sum, count) => sum + count, 0);
    const databaseQueries = (await this.app.databaseQueries('flights')) - before;
    return { hitPercent: (100 * hits) / this.count, databaseQueries };
  }

  /** Takes ids that no other reader has taken. */
  private async readAll(ids: Iterable<number>): Promise<number> {
    let hits = 0;
    for (const id of ids) {
      const { headers } = await this.client.ask({ path: `/flights/${id}` });
      if (placeIn(headers.get('cache-status')) === 'engine') hits += 1;
    }
    return hits;
  }
}
