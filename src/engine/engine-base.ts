import { Logger } from '@nestjs/common';
import { describeAddress, type EngineAddress } from './address/engine-url.js';
import type { CallCounts } from './calls/engine-calls.js';
import { engineStateChannel } from './engine.channel.js';
import type { EngineFacts, EngineReport, EngineState } from './engine.wire.js';

/** What every kind of engine has: an address, the rooms it serves, and a state that health and telemetry see. */
export abstract class EngineBase {
  readonly roles: string[] = [];
  readonly name: string;
  /** Resolves with whether the URL names servers of another kind, once the first attempt to connect has ended. */
  readonly firstAttempt: Promise<{ isWrongUrl: boolean }>;
  protected connects = 0;
  private state: EngineState = 'connecting';
  private reason: string | null = 'Not connected yet.';
  private writeRefusal: string | null = null;
  private advice: string | null = null;
  private readonly logger = new Logger('Engine');
  private endFirstAttempt: (verdict: { isWrongUrl: boolean }) => void = () => undefined;

  protected constructor(readonly address: EngineAddress) {
    this.name = describeAddress(address);
    this.firstAttempt = new Promise((resolve) => (this.endFirstAttempt = resolve));
  }

  get isReady(): boolean {
    return this.state === 'ready';
  }

  /** Calls by how they ended, and connections made, since the start. */
  get statistics(): CallCounts & { connects: number } {
    return { ...this.counts, connects: this.connects };
  }

  abstract get facts(): EngineFacts;

  protected abstract get counts(): CallCounts;

  report(): EngineReport {
    const { topology } = this.address;
    const { kind, version, role } = this.facts;
    const { roles, state, reason: obstacle, writeRefusal, advice } = this;
    const breaker = obstacle === null ? 'closed' : 'open';
    const reason = obstacle ?? writeRefusal;
    const refusesWrites = writeRefusal !== null;
    return {
      roles: [...roles],
      kind,
      topology,
      version,
      role,
      state,
      breaker,
      reason,
      refusesWrites,
      advice,
    };
  }

  /** Starts connecting and goes on for ever; never rejects, since the app serves without its engine. */
  abstract start(): void;

  /** Lets go of every socket and timer. */
  abstract close(): void;

  /** `reason` says what is missing where an engine can do with a part of its nodes. */
  protected markReady(reason: string | null = null): void {
    this.change('ready', reason);
    this.endFirstAttempt({ isWrongUrl: false });
  }

  protected markDown(reason: string, isWrongUrl = false): void {
    this.change('down', reason);
    this.endFirstAttempt({ isWrongUrl });
  }

  /** Before {@link markReady}: what the servers say of writes, and what their settings lack. */
  protected setWriteHealth(refusal: string | null, advice: string | null): void {
    const hasChanged = refusal !== this.writeRefusal || advice !== this.advice;
    this.writeRefusal = refusal;
    this.advice = advice;
    if (!hasChanged) return;
    for (const text of [refusal, advice]) if (text) this.logger.warn(`${this.name}: ${text}`);
    if (engineStateChannel.hasSubscribers) engineStateChannel.publish(this.report());
  }

  protected markClosed(): void {
    this.state = 'down';
    this.reason = 'It was closed.';
  }

  private change(state: EngineState, reason: string | null): void {
    if (state === this.state && reason === this.reason) return;
    this.state = state;
    this.reason = reason;
    if (reason === null) this.logger.log(`${this.name} is ready`);
    else this.logger.warn(`${this.name}: ${reason}`);
    if (engineStateChannel.hasSubscribers) engineStateChannel.publish(this.report());
  }
}
