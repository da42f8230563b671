import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import { hitPercentOf, type Timeline } from '../timeline/timeline.js';
import { type Attempt, Client } from './client.js';
import { pace } from './pace.js';
import { placeIn } from './place.js';
import { MODULE } from './side.js';

/** Longer than an answer stays in the app's own memory where the engine pushes nothing: so each read asks the engine. */
const ROUND_SECONDS = 3;
const CHECK_EVERY_MS = 50;

/** Reads the same flights again and again, at a constant rate, and notes where each answer came from. */
export class CachedFlights {
  private readonly client: Client;
  private readonly recorder: TimelineRecorder;
  /** When which flight was not in the cache. */
  private readonly misses: { readonly id: number; readonly at: number }[] = [];
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly scene: Scene,
    app: AppNodes,
    private readonly count: number,
  ) {
    this.client = new Client(MODULE, app);
    this.recorder = new TimelineRecorder(app, 'flights');
  }

  /** The scene stops it if the experiment does not. */
  static start(scene: Scene, app: AppNodes, count: number): Promise<CachedFlights> {
    const flights = new CachedFlights(scene, app, count);
    app.control.start();
    const { signal } = flights.stopping;
    flights.running = pace(count / ROUND_SECONDS, signal, (turn) => flights.read(1 + (turn % count)));
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
    return this.recorder.mark(what);
  }

  /** The requests that were sent between two moments. */
  private between(from: number, to = performance.now()): Attempt[] {
    return this.client.attempts.filter(({ startedAt }) => startedAt >= from && startedAt < to);
  }

  /** Percent of the reads between two moments. */
  hitsBetween(from: number, to?: number): number {
    return hitPercentOf(this.between(from, to)) ?? 0;
  }

  get startedAt(): number {
    return this.recorder.startedAt;
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
    return this.recorder.timeline(title, [{ name: MODULE.name, attempts: this.client.attempts }]);
  }

  /** Resolves when each request is answered or hung. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all([this.running, this.recorder.stop()]);
  }

  private async read(id: number): Promise<void> {
    const startedAt = performance.now();
    const { headers } = await this.client.send('query', { path: `/flights/${id}` });
    if (placeIn(headers.get('cache-status')) === 'miss') this.misses.push({ id, at: startedAt });
  }
}
