import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from '../experiment.js';
import type { App } from '../stack/app-nodes.js';
import { type Mark, type Recording, type Timeline, timelineOf } from './timeline.js';

const SAMPLE_EVERY_MS = 500;

/** Records marks for a timeline, and counts the SQL statements of the app, until it is stopped. */
export class TimelineRecorder {
  readonly startedAt = performance.now();
  private endedAt = Infinity;
  private readonly marks: Mark[] = [];
  private readonly samples: { at: number; queries: number }[] = [];
  private readonly over = new AbortController();
  private readonly sampling: Promise<void>;

  /** @param table whose SQL statements count. Default: all. */
  constructor(
    private readonly app: App,
    private readonly table?: string,
  ) {
    this.sampling = this.sample();
  }

  /** The scene stops it if the experiment does not. */
  static start(scene: Pick<Scene, 'start'>, app: App, table?: string): Promise<TimelineRecorder> {
    return scene.start(Promise.resolve(new TimelineRecorder(app, table)));
  }

  /** Marks this moment. Returns the time as of `performance.now()`. */
  mark(what: string): number {
    const at = performance.now();
    this.marks.push({ at, what });
    return at;
  }

  async stop(): Promise<void> {
    this.endedAt = Math.min(this.endedAt, performance.now());
    this.over.abort();
    await this.sampling;
  }

  /**
   * Call it after `stop`.
   *
   * @param title the load, for example "all use cases".
   * @param more marks that are known only afterwards, for example recoveries.
   */
  timeline(title: string, sides: Recording['sides'], more: readonly Mark[] = []): Timeline {
    const { startedAt, endedAt, samples } = this;
    const marks = [...this.marks, ...more].toSorted((a, b) => a.at - b.at);
    return timelineOf({ title, startedAt, endedAt, sides, marks, samples });
  }

  private async sample(): Promise<void> {
    const { signal } = this.over;
    while (!signal.aborted) {
      const queries = await this.app.sampleQueries(this.table);
      this.samples.push({ at: performance.now(), queries });
      await wait(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
