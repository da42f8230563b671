import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { defineScript, EngineError, type RedisEngine } from '../../../src/engine/index.js';
import { type Call, type CallKind, isWrite, textKey } from './call.js';

export interface TrafficOptions {
  readonly callsPerSecond?: number;
  /** Writes are acknowledged by a replica too: `WAIT 1 100` in the same pipeline, its count checked. */
  readonly withWait?: boolean;
  /** The hash tag of a call, which decides its slot; spread over all slots unless told. */
  readonly tagOf?: (number: number) => string;
}

const TICK_MS = 5;
/** Of ten calls; batches and scripts increment as well. */
const MIX: readonly CallKind[] = [
  'read',
  'increment',
  'read',
  'increment',
  'batch',
  'read',
  'increment',
  'script',
  'read',
  'increment',
];
/** What is read was written some calls before. */
const READS_BACK = 41;
const HUNG_AFTER_MS = 5_000;
const STEADY_FOR_MS = 500;
const WAIT_FOR_REPLICA_MS = 100;

const INCREMENT = defineScript('test.increment', `return redis.call('INCR', KEYS[1])`);

/** Reads and writes at an even pace, each write an increment of a counter of its own, each call on record. */
export class Traffic {
  readonly prefix = `traffic:${randomUUID().slice(0, 8)}:`;
  readonly calls: Call[] = [];
  /** Errors that are no `EngineError`; there should be none. */
  readonly surprises: unknown[] = [];
  private readonly callsPerSecond: number;
  private readonly withWait: boolean;
  private readonly tagOf: (number: number) => string;
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly engine: RedisEngine,
    options: TrafficOptions = {},
  ) {
    this.callsPerSecond = options.callsPerSecond ?? 200;
    this.withWait = options.withWait ?? false;
    this.tagOf = options.tagOf ?? String;
  }

  start(): void {
    this.startedAt = performance.now();
    this.timer = setInterval(() => this.sendDue(), TICK_MS);
  }

  /** Sends no more; resolves when all calls have settled, or hang. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const deadline = performance.now() + HUNG_AFTER_MS;
    while (this.calls.some(({ outcome }) => !outcome) && performance.now() < deadline) await wait(TICK_MS);
  }

  /** Whether every call of the last half second is done, but for those that are on their way. */
  isSteady(deadlineMs: number): boolean {
    const until = performance.now() - deadlineMs;
    const from = until - STEADY_FOR_MS;
    const recent = this.calls.filter(({ startedAt }) => startedAt >= from && startedAt < until);
    const expected = (this.callsPerSecond * STEADY_FOR_MS) / 1000;
    return recent.length > expected / 2 && recent.every(({ outcome }) => outcome === 'done');
  }

  /** Several at once when the event loop was late, so that the pace holds on the whole. */
  private sendDue(): void {
    const due = ((performance.now() - this.startedAt) * this.callsPerSecond) / 1000;
    while (this.calls.length < due) this.send(this.calls.length);
  }

  private send(number: number): void {
    const kind = this.kindOf(number);
    // What is read was written some calls before, and its tag is the other call's.
    const about = kind === 'read' ? Math.max(0, number - READS_BACK) : number;
    const call: Call = {
      number,
      kind,
      tag: this.tagOf(about),
      key: this.key(about),
      startedAt: performance.now(),
      acknowledged: false,
    };
    this.calls.push(call);
    void this.invoke(call).then(
      (reply) => this.recordReply(call, reply),
      (error: unknown) => this.recordFailure(call, error),
    );
  }

  private recordReply(call: Call, reply: unknown): void {
    call.settledAt = performance.now();
    call.outcome = 'done';
    if (!isWrite(call)) return;
    call.counted = counterOf(reply, this.withWait);
    call.acknowledged = !this.withWait || reachedReplica(reply);
  }

  private recordFailure(call: Call, error: unknown): void {
    call.settledAt = performance.now();
    call.outcome = error instanceof EngineError ? error.outcome : 'failed';
    call.message = String(error);
    if (!(error instanceof EngineError)) this.surprises.push(error);
  }

  /** A WAIT has no place in a transaction or script, so with it all writes are increments. */
  private kindOf(number: number): CallKind {
    const kind = MIX[number % MIX.length] ?? 'read';
    return this.withWait && kind !== 'read' ? 'increment' : kind;
  }

  private key(number: number): string {
    return `${this.prefix}{${this.tagOf(number)}}:${number}`;
  }

  private invoke(call: Call): Promise<unknown> {
    const { client } = this.engine;
    const { kind, key } = call;
    if (kind === 'read') return client.get(key);
    if (this.withWait) return client.multi().incr(key).wait(1, WAIT_FOR_REPLICA_MS).execAsPipeline();
    if (kind === 'increment') return client.incr(key);
    if (kind === 'script') return this.engine.run(INCREMENT, [key], []);
    return client.multi().set(textKey(call), '1').incr(key).exec();
  }
}

/** The pipeline's replies are the counter and how many replicas have it. */
function reachedReplica(reply: unknown): boolean {
  return Array.isArray(reply) && Number(reply[1]) >= 1;
}

/** What the counter was after the call, wherever it stands among the replies. */
function counterOf(reply: unknown, isFirst: boolean): number {
  return Number(Array.isArray(reply) ? reply.at(isFirst ? 0 : -1) : reply);
}
