import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { hitPercentOf, type Mark, type Timeline, timelineOf } from '../timeline/timeline.js';
import { type Attempt, Client } from './client.js';
import { pace } from './pace.js';
import { placeIn } from './place.js';
import { MODULE } from './side.js';

/** Longer than an answer stays in the app's own memory where the engine pushes nothing: so each read asks the engine. */
const ROUND_SECONDS = 3;
const SAMPLE_EVERY_MS = 500;
const CHECK_EVERY_MS = 50;

/** Reads the same flights again and again, at a constant rate, and notes where each answer came from. */
export class CachedFlights {
  private readonly client: Client;
  readonly startedAt = performance.now();
  private readonly marks: Mark[] = [];
  private readonly samples: { at: number; queries: number }[] = [];
  /** When which flight was not in the cache. */
  private readonly misses: { readonly id: number; readonly at: number }[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly scene: Scene,
    private readonly app: AppNodes,
    private readonly count: number,
  ) {
    this.client = new Client(MODULE, app);
  }

  /** The scene stops it if the experiment does not. */
  static start(scene: Scene, app: AppNodes, count: number): Promise<CachedFlights> {
    const flights = new CachedFlights(scene, app, count);
    app.control.start();
    const { signal } = flights.stopping;
    const reading = pace(count / ROUND_SECONDS, signal, (turn) => flights.read(1 + (turn % count)));
    flights.running = Promise.all([reading, flights.sample(signal)]);
    return scene.start(Promise.resolve(flights));
  }

  /** Waits until each flight was read so many times more. */
  async rounds(count: number): Promise<void> {
    const end = this.client.attempts.length + count * this.count;
    while (this.client.attempts.length < end)
      await wait(CHECK_EVERY_MS, undefined, { signal: this.scene.signal });
  }

  /** Marks this moment in the timeline. Returns the time as of `performance.now()`. */
  mark(what: string): number {
    const at = performance.now();
    this.marks.push({ at, what });
    return at;
  }

  /** The requests that were sent between two moments. */
  private between(from: number, to = performance.now()): Attempt[] {
    return this.client.attempts.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  /** Percent of the reads between two moments. */
  hitsBetween(from: number, to?: number): number {
    return hitPercentOf(this.between(from, to)) ?? 0;
  }

  secondsAt(moment: number): number {
    return (moment - this.startedAt) / 1000;
  }

  /** Flights that were not in the cache at least once between two moments, in percent. */
  missedBetween(from: number, to: number): number {
    const missed = new Set(this.misses.filter(({ at }) => at >= from && at < to).map(({ id }) => id));
    return (100 * missed.size) / this.count;
  }

  get attempts(): readonly Attempt[] {
    return this.client.attempts;
  }

  timeline(title: string): Timeline {
    const { startedAt, marks, samples } = this;
    const sides = [{ name: MODULE.name, attempts: this.client.attempts }];
    return timelineOf({ title, startedAt, sides, marks, samples });
  }

  /** Resolves when each request is answered or hung. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async read(id: number): Promise<void> {
    const startedAt = performance.now();
    const { headers } = await this.client.send('query', { path: `/flights/${id}` });
    if (placeIn(headers.get('cache-status')) === 'miss') this.misses.push({ id, at: startedAt });
  }

  private async sample(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const queries = await this.app.sampleQueries('flights');
      this.samples.push({ at: performance.now(), queries });
      await wait(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
