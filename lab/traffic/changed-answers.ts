import { setTimeout as wait } from 'node:timers/promises';
import { Pool } from 'pg';
import type { AppNodes } from '../stack/app-nodes.js';
import { Client } from './client.js';
import { MODULE } from './side.js';
import { signIn } from './sign-in.js';

interface Route {
  readonly origin: string;
  readonly destination: string;
  /** When the change was acknowledged, as of `performance.now()`. */
  changedAt?: number;
  /** Whether the engine had confirmed the invalidation. */
  isConfirmed?: boolean;
}

const MOST_READS = 5;
const READ_AGAIN_MS = 200;
const FLIGHT = { date: '2001-06-30T12:05:00', delay: 12, distance: 100 };

/** Cached answers of the module. Each changes once: a second flight is added to its route. */
export class ChangedAnswers {
  private constructor(
    private readonly client: Client,
    private readonly app: AppNodes,
    private readonly cookie: string,
    private readonly routes: readonly Route[],
  ) {}

  /**
   * Adds routes, and reads them on all nodes, so that they are in all caches. The first flights are inserted without the app: a node repeats
   * its own invalidations when it connects to another primary, and these would hide a lost one.
   *
   * @param series one capital letter. The same database has no other routes of this letter.
   */
  static async prepare(
    app: AppNodes,
    database: string,
    { series, count }: { series: string; count: number },
  ): Promise<ChangedAnswers> {
    const client = new Client(MODULE, app);
    const { cookie } = await signIn(client);
    const routes = Array.from({ length: count }, (_, i): Route => {
      const number = String(i).padStart(2, '0');
      return { origin: `${series}${number}`, destination: `${number}${series}` };
    });
    const answers = new ChangedAnswers(client, app, cookie, routes);
    await insertFlights(database, routes);
    await answers.outdated();
    return answers;
  }

  /** Changes one answer after the other within this time, on each node in turn. */
  async change(seconds: number, signal: AbortSignal): Promise<void> {
    const { urls } = this.app;
    for (const [i, route] of this.routes.entries()) {
      const { status, body } = await this.addFlight(route, urls[i % urls.length]);
      if (status === 201) {
        route.changedAt = performance.now();
        route.isConfirmed = (body as { invalidated: boolean }).invalidated;
      }
      await wait((seconds * 1000) / this.routes.length, undefined, { signal }).catch(() => undefined);
    }
  }

  get changed(): number {
    return this.routes.filter(({ changedAt }) => changedAt !== undefined).length;
  }

  /** Changed answers of which a node still has the old one. */
  async outdated(): Promise<Route[]> {
    const outdated: Route[] = [];
    for (const route of this.routes) {
      const counts = await Promise.all(this.app.urls.map((node) => this.flightsOf(route, node)));
      if (route.changedAt !== undefined && counts.includes(1)) outdated.push(route);
    }
    return outdated;
  }

  private addFlight({ origin, destination }: Route, node = '') {
    const body = { ...FLIGHT, origin, destination };
    return this.client.ask({ method: 'POST', path: '/flights', cookie: this.cookie, body, node });
  }

  /** @throws if the node does not answer: what cannot be read is not up to date. */
  private async flightsOf({ origin, destination }: Route, node: string): Promise<number> {
    const path = `/flights/routes/${origin}/${destination}`;
    for (let read = 1; read <= MOST_READS; read++) {
      const { status, body } = await this.client.ask({ path, node });
      if (status === 200) return (body as { flights: number }).flights;
      await wait(READ_AGAIN_MS);
    }
    throw new Error(`GET ${path} of the node at ${node} failed ${MOST_READS} times.`);
  }
}

async function insertFlights(database: string, routes: readonly Route[]): Promise<void> {
  const pool = new Pool({ connectionString: database, max: 1 });
  try {
    for (const { origin, destination } of routes) {
      const { date, delay, distance } = FLIGHT;
      await pool.query(
        'INSERT INTO flights (date, delay, distance, origin, destination) VALUES ($1, $2, $3, $4, $5)',
        [date, delay, distance, origin, destination],
      );
    }
  } finally {
    await pool.end();
  }
}
