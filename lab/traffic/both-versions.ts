import type { AppNodes } from '../stack/app-nodes.js';
import { type Answer, Client } from './client.js';
import { placeIn } from './place.js';
import { MODULE } from './side.js';

const ANSWERS = 20;
/** The second reads find what the first ones have stored. */
const ROUNDS = 2;
const ORIGIN = 'ORD';

/** Reads answers whose format two versions of the app do not share, from nodes of both: see `next-version.mjs`. */
export class BothVersions {
  /** Answers of a query with a new version. */
  reads = 0;
  hits = 0;
  /** In the format of the other version. */
  mistaken = 0;
  /** The same of a query whose version was forgotten. */
  mistakenWithoutVersion = 0;
  private readonly client: Client;

  constructor(private readonly app: AppNodes) {
    this.client = new Client(MODULE, app);
  }

  /** @param next the URL of the node with the next version. */
  async read(next: string): Promise<void> {
    const flights = Array.from({ length: ANSWERS }, (_, i) => `/flights/${i + 1}`);
    const routes = await this.routes();
    for (let round = 0; round < ROUNDS; round++) {
      for (const node of this.app.urls) {
        const isNext = node === next;
        for (const path of flights) this.countFlight(await this.client.ask({ path, node }), isNext);
        for (const path of routes) {
          const { status, body } = await this.client.ask({ path, node });
          if (status === 200 && isOfNext(body) !== isNext) this.mistakenWithoutVersion += 1;
        }
      }
    }
  }

  /** A failed request has no format. */
  private countFlight({ status, body, headers }: Answer, isNext: boolean): void {
    if (status !== 200) return;
    this.reads += 1;
    const place = placeIn(headers.get('cache-status'));
    if (place === 'local' || place === 'engine') this.hits += 1;
    if (isOfNext(body) !== isNext) this.mistaken += 1;
  }

  private async routes(): Promise<string[]> {
    const path = `/flights/routes/${ORIGIN}`;
    const { status, body } = await this.client.ask({ path });
    if (status !== 200) throw new Error(`GET ${path} answered ${status}, so that no routes can be read.`);
    const { routes } = body as { routes: { destination: string }[] };
    return routes.slice(0, ANSWERS).map(({ destination }) => `${path}/${destination}`);
  }
}

function isOfNext(body: unknown): boolean {
  return (body as { isNext?: boolean }).isNext === true;
}
