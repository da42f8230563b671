import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { type Mark, type Timeline, timelineOf } from '../timeline/timeline.js';
import { MODULE, SIDES } from './side.js';
import { type SideAudit, SideLoad } from './side-load.js';

/** Requests per second of each side. */
const RATE = 80;
const QUICK_RATE = 30;
const SAMPLE_EVERY_MS = 500;
const STEADY_WITHIN_MS = 30_000;

export interface SideResult {
  readonly load: SideLoad;
  readonly audit: SideAudit;
}

export interface LoadResult {
  readonly sides: readonly SideResult[];
  readonly timeline: Timeline;
}

/** The same load on the module and on the textbook side of an app, with marks and samples for the timeline. */
export class Load {
  readonly startedAt = performance.now();
  private readonly marks: Mark[] = [];
  private readonly samples: { at: number; queries: number }[] = [];
  private readonly sampling = new AbortController();
  private readonly sampler: Promise<void>;

  private constructor(
    private readonly scene: Scene,
    private readonly app: AppNodes,
    private readonly loads: readonly SideLoad[],
  ) {
    for (const load of loads) load.start(scene.quick ? QUICK_RATE : RATE);
    this.sampler = this.sample();
  }

  /** Signs users in, fills the caches, and starts to send. The scene stops it if the experiment does not. */
  static async start(scene: Scene, app: AppNodes): Promise<Load> {
    scene.say('signs users in');
    const loads = SIDES.map((side) => new SideLoad(side, app));
    await Promise.all(loads.map((load) => load.prepare()));
    const load = new Load(scene, app, loads);
    return scene.start(Promise.resolve(load));
  }

  /** Goes on for some time. */
  async run(seconds: number, what: string): Promise<void> {
    this.scene.say(what);
    await wait(seconds * 1000, undefined, { signal: this.scene.signal });
  }

  /**
   * Goes on until no request of the module has failed for some time: what fails later is then due to the fault.
   *
   * @throws if the machine is too busy for this load
   */
  async untilSteady(seconds: number): Promise<void> {
    const deadline = performance.now() + STEADY_WITHIN_MS;
    while (performance.now() < deadline) {
      await this.run(seconds, 'all is well');
      const since = performance.now() - seconds * 1000;
      const module = this.loads.find(({ side }) => side === MODULE);
      const answered = module?.client.attempts.filter(({ startedAt, ms }) => startedAt + ms >= since) ?? [];
      if (answered.length > 0 && answered.every(({ outcome }) => outcome === 'ok')) return;
      this.scene.say('requests fail without a fault, waits');
    }
    throw new Error(
      'Requests fail without a fault: this machine is too busy. Stop other programs, and run it again.',
    );
  }

  /** Marks this moment in the timeline. Returns the time as of `performance.now()`. */
  mark(what: string): number {
    const at = performance.now();
    this.marks.push({ at, what });
    return at;
  }

  async stop(): Promise<void> {
    this.sampling.abort();
    await Promise.all([...this.loads.map((load) => load.stop()), this.sampler]);
  }

  /** Stops the load, and compares what was acknowledged with what the app has. */
  async result(): Promise<LoadResult> {
    this.scene.say('compares the answers with what is stored');
    await this.stop();
    const sides = await Promise.all(this.loads.map(async (load) => ({ load, audit: await load.audit() })));
    const attempts = this.loads.map(({ side, client }) => ({ name: side.name, attempts: client.attempts }));
    const { startedAt, marks, samples } = this;
    return { sides, timeline: timelineOf({ startedAt, sides: attempts, marks, samples }) };
  }

  private async sample(): Promise<void> {
    const { signal } = this.sampling;
    while (!signal.aborted) {
      const queries = await this.app.databaseQueries();
      this.samples.push({ at: performance.now(), queries });
      await wait(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}
