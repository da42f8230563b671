import { randomUUID } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { EngineError } from '../../../src/engine/index.js';
import { type Call, type CallKind, isWrite } from './call.js';

export interface TrafficOptions {
  readonly callsPerSecond?: number;
  /** Writes wait for a replica: `WAIT 1 100` in the same pipeline, with its count checked. */
  readonly withWait?: boolean;
  /** The hash tag of a call. Default: spread over all slots. */
  readonly tagOf?: (number: number) => string;
  /** The kinds of calls, in turn. Default: reads, increments, and two in ten that increment in a batch and in a script. */
  readonly mix?: readonly CallKind[];
}

/** Sends a call. Resolves with the reply; that of a write is the counter after it. */
export type SendCall = (call: Call) => Promise<unknown>;

const TICK_MS = 5;
/** Ten calls. Batches and scripts also increment. */
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
/** A read uses the key of an earlier call. */
const READS_BACK = 41;
const HUNG_AFTER_MS = 5_000;
const STEADY_FOR_MS = 500;

/** Sends reads and writes at a constant rate and records each call. Each write increments its own counter. */
export class Traffic {
  readonly prefix = `traffic:${randomUUID().slice(0, 8)}:`;
  readonly calls: Call[] = [];
  /** Errors that are not an `EngineError`. None is expected. */
  readonly surprises: unknown[] = [];
  private readonly callsPerSecond: number;
  private readonly withWait: boolean;
  private readonly tagOf: (number: number) => string;
  private readonly mix: readonly CallKind[];
  private startedAt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly sendCall: SendCall,
    options: TrafficOptions = {},
  ) {
    this.callsPerSecond = options.callsPerSecond ?? 200;
    this.withWait = options.withWait ?? false;
    this.tagOf = options.tagOf ?? String;
    this.mix = options.mix ?? MIX;
  }

  start(): void {
    this.startedAt = performance.now();
    this.timer = setInterval(() => this.sendDue(), TICK_MS);
  }

  /** Stops sending. Resolves when all calls have settled, or after five seconds. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    const deadline = performance.now() + HUNG_AFTER_MS;
    while (this.calls.some(({ outcome }) => !outcome) && performance.now() < deadline) await wait(TICK_MS);
  }

  /** Whether every call of the last half second succeeded. Calls within their deadline are not counted. */
  isSteady(deadlineMs: number): boolean {
    const until = performance.now() - deadlineMs;
    const from = until - STEADY_FOR_MS;
    const recent = this.calls.filter(({ startedAt }) => startedAt >= from && startedAt < until);
    const expected = (this.callsPerSecond * STEADY_FOR_MS) / 1000;
    return recent.length > expected / 2 && recent.every(({ outcome }) => outcome === 'done');
  }

  /** Sends several at once after a delay of the event loop, so that the average rate is constant. */
  private sendDue(): void {
    const due = ((performance.now() - this.startedAt) * this.callsPerSecond) / 1000;
    while (this.calls.length < due) this.send(this.calls.length);
  }

  private send(number: number): void {
    const kind = this.kindOf(number);
    const target = kind === 'read' ? Math.max(0, number - READS_BACK) : number;
    const call: Call = {
      number,
      kind,
      tag: this.tagOf(target),
      key: this.key(target),
      startedAt: performance.now(),
      acknowledged: false,
    };
    this.calls.push(call);
    void this.sendCall(call).then(
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

  /** WAIT is not allowed in transactions and scripts, so with `withWait` all writes are increments. */
  private kindOf(number: number): CallKind {
    const kind = this.mix[number % this.mix.length] ?? 'read';
    return this.withWait && kind !== 'read' ? 'increment' : kind;
  }

  private key(number: number): string {
    return `${this.prefix}{${this.tagOf(number)}}:${number}`;
  }
}

/** The replies of the pipeline are the counter and the number of replicas that have it. */
function reachedReplica(reply: unknown): boolean {
  return Array.isArray(reply) && Number(reply[1]) >= 1;
}

/** The counter after the call: the first or the last reply of a batch. */
function counterOf(reply: unknown, isFirst: boolean): number {
  return Number(Array.isArray(reply) ? reply.at(isFirst ? 0 : -1) : reply);
}
