import { setTimeout as wait } from 'node:timers/promises';
import type { Scene } from '../experiment.js';
import type { App } from '../stack/app-nodes.js';
import { tooBusy } from '../stack/control.js';
import { secondsToRecovery } from '../timeline/recovery.js';
import { TimelineRecorder } from '../timeline/recorder.js';
import type { Mark, Recording, Timeline } from '../timeline/timeline.js';
import { USE_CASES, type UseCase } from './client.js';
import { listFailures } from './failures.js';
import { MODULE, SIDES } from './side.js';
import { type SideAudit, SideLoad } from './side-load.js';

/** Most requests per second of each side. */
const MOST = 80;
const QUICK_MOST = 30;
/** Fewer would show nothing. */
const LEAST = 8;
/** Requests per second of each side, beside another load. */
const BESIDE = 4;
/** So much of what the machine can serve is sent: it needs the rest for the fault, and for other programs. */
const SHARE = 0.25;
const MEASURE_MS = 1_500;
const STEADY_WITHIN_MS = 30_000;

export interface SideResult {
  readonly load: SideLoad;
  readonly audit: SideAudit;
}

export interface LoadResult {
  /** Requests of each side. */
  readonly perSecond: number;
  readonly sides: readonly SideResult[];
  readonly timeline: Timeline;
}

/** The same load on the module and on the textbook side of an app, with marks and samples for the timeline. */
export class Load {
  private readonly recorder: TimelineRecorder;

  private constructor(
    private readonly scene: Scene,
    private readonly app: App,
    readonly loads: readonly SideLoad[],
    /** Requests of each side. */
    private perSecond: number,
  ) {
    app.control.start();
    for (const load of loads) load.start(() => this.perSecond);
    this.recorder = new TimelineRecorder(app);
  }

  /**
   * Signs users in, fills the caches, measures how many requests this machine can serve, and starts to send a part of them. The scene stops
   * it if the experiment does not.
   */
  static async start(scene: Scene, app: App): Promise<Load> {
    const loads = await prepare(scene, app, USE_CASES);
    const served = await Promise.all(loads.map((load) => load.measure(MEASURE_MS)));
    const affordable = Math.max(LEAST, Math.round(SHARE * Math.min(...served)));
    const perSecond = Math.min(affordable, scene.quick ? QUICK_MOST : MOST);
    return scene.start(Promise.resolve(new Load(scene, app, loads, perSecond)));
  }

  /** Sends a few requests of these use cases beside the load of an experiment. */
  static async startBeside(scene: Scene, app: App, useCases: readonly UseCase[]): Promise<Load> {
    const loads = await prepare(scene, app, useCases);
    return scene.start(Promise.resolve(new Load(scene, app, loads, BESIDE)));
  }

  get startedAt(): number {
    return this.recorder.startedAt;
  }

  /** Goes on for some time. */
  async run(seconds: number, what: string): Promise<void> {
    this.scene.say(what);
    await wait(seconds * 1000, undefined, { signal: this.scene.signal });
  }

  /**
   * Goes on until no request of the module has failed for some time: what fails later is then due to the fault. As long as some fail, the load
   * becomes smaller.
   *
   * @throws if requests still fail at the smallest load, or none is answered
   */
  async untilSteady(seconds: number): Promise<void> {
    const deadline = performance.now() + STEADY_WITHIN_MS;
    let failures = '';
    let rate = this.perSecond;
    while (performance.now() < deadline) {
      await this.run(seconds, 'all is well');
      const since = performance.now() - seconds * 1000;
      const module = this.loads.find(({ side }) => side === MODULE);
      const answered = module?.client.attempts.filter(({ startedAt, ms }) => startedAt + ms >= since) ?? [];
      failures = listFailures(answered, ['failed', 'hung']);
      if (answered.length > 0 && failures === '') return;
      rate = this.perSecond;
      this.scene.say('requests fail without a fault, sends fewer');
      this.perSecond = Math.max(LEAST, Math.round(rate / 2));
    }
    if (failures === '') throw tooBusy('No request is answered');
    throw new Error(`Requests fail without a fault, also at ${rate} per second: ${failures}.`);
  }

  /** Marks this moment in the timeline. Returns the time as of `performance.now()`. */
  mark(what: string): number {
    return this.recorder.mark(what);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.loads.map((load) => load.stop()), this.recorder.stop()]);
  }

  /**
   * Stops the load, and compares what was acknowledged with what the app has.
   *
   * @param title of the timeline.
   * @param faultAt The timeline marks when each side has recovered from it.
   */
  async result(title = 'all use cases', faultAt?: number): Promise<LoadResult> {
    this.scene.say('compares the answers with what is stored');
    await this.stop();
    this.app.control.throwIfTooBusy(this.startedAt);
    const sides = await Promise.all(this.loads.map(async (load) => ({ load, audit: await load.audit() })));
    const recorded = this.loads.map(({ side, client }) => ({ name: side.name, attempts: client.attempts }));
    const timeline = this.recorder.timeline(title, recorded, recoveries(recorded, faultAt));
    return { perSecond: this.perSecond, sides, timeline };
  }
}

/** Signs users in, fills the caches and opens boards, as far as the load needs them. */
async function prepare(scene: Scene, app: App, useCases: readonly UseCase[]): Promise<SideLoad[]> {
  scene.say('prepares the load');
  const loads = SIDES.map((side) => new SideLoad(side, app, useCases));
  await Promise.all(loads.map((load) => load.prepare()));
  return loads;
}

function recoveries(sides: Recording['sides'], faultAt: number | undefined): Mark[] {
  if (faultAt === undefined) return [];
  return sides.flatMap(({ name, attempts }) => {
    const seconds = secondsToRecovery(attempts, faultAt);
    return seconds === null ? [] : [{ at: faultAt + seconds * 1000, what: `${name} has recovered` }];
  });
}
