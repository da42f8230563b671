import type { Client } from './client.js';

/** Airports with many flights, which are read again and again. */
const BUSY = ['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'MSP', 'LAS', 'DEN', 'SFO', 'JFK'];
/** Every fourth read is of a flight that was hardly ever read before. */
const RARE_EVERY = 4;
const FLIGHTS = 20_000;

/** Where the module found an answer: in the memory of the process, in the engine, or nowhere, so that the database was queried. */
export type Place = 'local' | 'engine' | 'miss';

/** Reads of the query cache. */
export class Queries {
  /** Answers to another question than the one that was sent. */
  wrong = 0;
  /** Answers of the module by what its cache says of them. */
  readonly found = new Map<Place, number>();

  constructor(private readonly client: Client) {}

  /** Each answer is in the cache before the load starts. */
  async prepare(): Promise<void> {
    for (const origin of BUSY) await this.client.ask({ path: `/flights/routes/${origin}` });
  }

  async read(turn: number): Promise<void> {
    if (turn % RARE_EVERY === 0) {
      const id = 1 + ((turn * 7919) % FLIGHTS);
      await this.expect(`/flights/${id}`, 'id', id);
      return;
    }
    const origin = BUSY[turn % BUSY.length] ?? '';
    await this.expect(`/flights/routes/${origin}`, 'origin', origin);
  }

  private async expect(path: string, field: string, value: unknown): Promise<void> {
    const { status, body, headers } = await this.client.send('query', { path });
    const place = placeIn(headers.get('cache-status'));
    if (place) this.found.set(place, (this.found.get(place) ?? 0) + 1);
    if (status === 200 && (body as Record<string, unknown>)[field] !== value) this.wrong += 1;
  }
}

/** undefined: the header is missing, as on the textbook side. */
export function placeIn(cacheStatus: string | null): Place | undefined {
  if (cacheStatus === null) return undefined;
  if (!/; hit/.test(cacheStatus)) return 'miss';
  return cacheStatus.includes('detail=local') ? 'local' : 'engine';
}
