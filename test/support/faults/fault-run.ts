import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { parseEngineUrl, RedisEngine } from '../../../src/engine/index.js';
import { type Call, isWrite } from './call.js';
import { becomesTrue } from './condition.js';
import { throughEngine } from './engine-calls.js';
import type { Fault, Scene } from './fault.js';
import { type FaultStack, type Site, startFaultStack } from './fault-stack.js';
import { type Discrepancies, findDiscrepancies, readState } from './final-state.js';
import { Heartbeat } from '../heartbeat.js';
import { StrayErrors } from './stray-errors.js';
import { GRACE_MS, isDelayedByTheLoop, lateCalls, tally, type Tally } from './tally.js';
import { Traffic } from './traffic.js';

/** The default of the application. */
export const DEADLINE_MS = 300;
const STEADY_WITHIN_MS = 20_000;
/** Traffic continues for this time after the recovery, to detect late effects. */
const AFTERMATH_MS = 1_000;
/** Limit between a promotion and the first successful write. */
export const RECOVERS_WITHIN_MS = 1_000;

/** The observations of one fault on one stack. Times are `performance.now()`. */
export interface FaultRun {
  readonly site: Site;
  readonly fault: string;
  readonly calls: readonly Call[];
  readonly tally: Tally;
  readonly discrepancies: Discrepancies;
  /** Acknowledged more than a second after the promotion, and lost. Asynchronous replication cannot explain these. */
  readonly lostAfterPromotion: readonly Call[];
  /** Calls that did not succeed, except those delayed by the test's own event loop. */
  readonly undone: readonly Call[];
  /** Those of them to other shards than the victim's. Undefined if there is no other shard. */
  readonly othersNotDone: readonly Call[] | undefined;
  readonly struckAt: number;
  readonly promotedAt: number | undefined;
  /** Whether another primary was promoted, planned or not. */
  readonly hasPromoted: boolean;
  /** From the promotion to the first successful write to the victim's slots. */
  readonly recoveryMs: number | undefined;
  readonly recovered: boolean;
  readonly worstLoopDelayMs: number;
  /** Late calls, except those delayed by the test's own event loop. */
  readonly lateByItself: readonly Call[];
  /** Late calls that the test's own event loop delayed. */
  readonly lateByTheLoop: readonly Call[];
  readonly strayErrors: readonly unknown[];
  readonly surprises: readonly unknown[];
}

/** Starts servers, sends traffic, causes the fault, and compares the outcomes with the data on the servers. */
export async function runFault(fault: Fault, site: Site): Promise<FaultRun> {
  const stack = await startFaultStack(site, fault.stack);
  const engine = new RedisEngine(parseEngineUrl(stack.url), DEADLINE_MS);
  try {
    return await new FaultTrial(fault, stack, engine).run();
  } finally {
    engine.close();
    await stack.stop();
  }
}

class FaultTrial {
  private readonly traffic: Traffic;
  private readonly heartbeat = new Heartbeat();
  private readonly strays = new StrayErrors();
  private struckAt = 0;
  private promotedAt: number | undefined;

  constructor(
    private readonly fault: Fault,
    private readonly stack: FaultStack,
    private readonly engine: RedisEngine,
  ) {
    this.traffic = new Traffic(throughEngine(engine, fault.traffic), fault.traffic);
  }

  async run(): Promise<FaultRun> {
    try {
      await this.strike();
      const recovered = await this.steady().then(
        () => true,
        () => false,
      );
      await wait(AFTERMATH_MS);
      await this.traffic.stop();
      return await this.result(recovered);
    } finally {
      await this.traffic.stop();
      this.heartbeat.stop();
      this.strays.stop();
    }
  }

  private async strike(): Promise<void> {
    const { fault, stack, engine, traffic } = this;
    await fault.prepare?.(stack);
    engine.start();
    if (!fault.prepare) await becomesTrue('the engine is ready', () => engine.isReady);
    this.heartbeat.start();
    traffic.start();
    if (!fault.prepare) await this.steady();
    if (!fault.prepare) await becomesTrue('the replicas acknowledge', () => stack.isReplicated());
    this.struckAt = performance.now();
    await fault.strike(this.scene());
  }

  private scene(): Scene {
    const { stack, engine } = this;
    return {
      stack,
      engine,
      promoted: async () => {
        this.promotedAt = await becomesTrue('the servers promote another primary', () => stack.hasPromoted());
      },
      steady: () => this.steady(),
    };
  }

  private async steady(): Promise<void> {
    await becomesTrue('all calls succeed', () => this.traffic.isSteady(DEADLINE_MS), STEADY_WITHIN_MS);
  }

  private async result(recovered: boolean): Promise<FaultRun> {
    const { traffic, stack, fault, promotedAt } = this;
    const state = await readState(await stack.primaries(), traffic.prefix);
    const discrepancies = findDiscrepancies(traffic.calls, state);
    const late = lateCalls(traffic.calls, DEADLINE_MS);
    const lateByTheLoop = late.filter((call) => isDelayedByTheLoop(call, DEADLINE_MS, this.heartbeat));
    return {
      site: stack.site,
      fault: fault.name,
      calls: traffic.calls,
      tally: tally(traffic.calls, DEADLINE_MS),
      discrepancies,
      lostAfterPromotion: discrepancies.lost.filter(
        ({ startedAt }) => promotedAt !== undefined && startedAt > promotedAt + RECOVERS_WITHIN_MS,
      ),
      undone: this.undone(),
      othersNotDone: this.othersNotDone(),
      struckAt: this.struckAt,
      promotedAt,
      hasPromoted: await stack.hasPromoted(),
      recoveryMs: this.recoveryMs(discrepancies),
      recovered,
      worstLoopDelayMs: this.heartbeat.worstDelayMs,
      lateByItself: late.filter((call) => !lateByTheLoop.includes(call)),
      lateByTheLoop,
      strayErrors: this.strays.errors,
      surprises: traffic.surprises,
    };
  }

  /** If this process was blocked, so were the servers, and commands that were not sent by their deadline are never sent. */
  private undone(): readonly Call[] {
    return this.traffic.calls.filter(
      ({ outcome, startedAt, settledAt = startedAt }) =>
        outcome !== 'done' && this.heartbeat.delayBetween(startedAt, settledAt) < GRACE_MS,
    );
  }

  private othersNotDone(): readonly Call[] | undefined {
    const { stack, fault } = this;
    if (!stack.cluster || fault.prepare) return undefined;
    return this.undone().filter(({ tag }) => !stack.concerns(tag));
  }

  /** Lost writes do not count: they went to the old primary. */
  private recoveryMs({ lost }: Discrepancies): number | undefined {
    const { promotedAt, stack } = this;
    if (promotedAt === undefined) return undefined;
    const lostCalls = new Set(lost);
    const times = this.traffic.calls
      .filter((call) => isWrite(call) && call.outcome === 'done' && stack.concerns(call.tag))
      .filter((call) => !lostCalls.has(call))
      .map(({ settledAt = 0 }) => settledAt)
      .filter((settledAt) => settledAt >= promotedAt);
    return times.length === 0 ? Number.POSITIVE_INFINITY : Math.min(...times) - promotedAt;
  }
}
