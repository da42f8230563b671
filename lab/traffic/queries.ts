import type { Client } from './client.js';

/** Airports with many flights, which are read again and again. */
const BUSY = ['ORD', 'DFW', 'ATL', 'LAX', 'PHX', 'STL', 'DTW', 'MSP', 'LAS', 'DEN', 'SFO', 'JFK'];
/** Every fourth read is of a flight that was hardly ever read before. */
const RARE_EVERY = 4;
const FLIGHTS = 20_000;

/** Reads of the query cache. */
export class Queries {
  /** Answers to another question than the one that was sent. */
  wrong = 0;

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
    const { status, body } = await this.client.send('query', { path });
    if (status === 200 && (body as Record<string, unknown>)[field] !== value) this.wrong += 1;
  }
}
