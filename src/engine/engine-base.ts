import { Logger } from '@nestjs/common';
import { describeAddress, type EngineAddress } from './address/engine-address.js';
import type { CallCounts } from './calls/engine-calls.js';
import { engineStateChannel } from './engine.channel.js';
import type { EngineFacts, EngineReport, EngineState, MissingCommand } from './engine.wire.js';

/** Common to all kinds of engines: the address, the roles, and the state that health and telemetry read. */
export abstract class EngineBase {
  readonly roles: string[] = [];
  /** The address without credentials. */
  readonly name: string;
  /** Resolves after the first attempt to connect. `isWrongUrl`: the URL names servers of another kind. */
  readonly firstAttempt: Promise<{ isWrongUrl: boolean }>;
  protected connects = 0;
  private state: EngineState = 'connecting';
  private reason: string | null = 'Not connected yet.';
  private writeRefusal: string | null = null;
  private advice: string | null = null;
  private missingCommands: readonly MissingCommand[] = [];
  private readonly logged = new Set<string>();
  private readonly logger = new Logger('Engine');
  private endFirstAttempt: (verdict: { isWrongUrl: boolean }) => void = () => undefined;

  protected constructor(readonly address: EngineAddress) {
    this.name = describeAddress(address);
    this.firstAttempt = new Promise((resolve) => (this.endFirstAttempt = resolve));
  }

  /** Whether calls are sent. Otherwise they are refused at once. */
  get isReady(): boolean {
    return this.state === 'ready';
  }

  /** Number of calls by outcome, and of connections made, since the start. */
  get statistics(): CallCounts & { connects: number } {
    return { ...this.counts, connects: this.connects };
  }

  /** What the servers report about themselves. */
  abstract get facts(): EngineFacts;

  /** Calls by outcome since the start. */
  protected abstract get counts(): CallCounts;

  /** The current state, reason and counts of the engine, as health and the console show them. */
  report(): EngineReport {
    const { topology } = this.address;
    const { kind, version, role } = this.facts;
    const { roles, state, reason: obstacle, writeRefusal, advice, missingCommands } = this;
    const breaker = obstacle === null ? 'closed' : 'open';
    const reason = obstacle ?? writeRefusal ?? describeRequired(missingCommands);
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
      missingCommands: [...missingCommands],
    };
  }

  /** Starts connecting, and reconnects until `close`. Never rejects: the application also serves without its engine. */
  abstract start(): void;

  /** Closes all sockets and timers. Pending and later calls are settled as *refused* or *unknown*. */
  abstract close(): void;

  /** The servers answer. `reason`: what is missing if only some of them are connected, otherwise null. */
  protected markReady(reason: string | null = null): void {
    this.change('ready', reason);
    this.endFirstAttempt({ isWrongUrl: false });
  }

  /** No server answers. `reason`: one sentence for operators. */
  protected markDown(reason: string, isWrongUrl = false): void {
    this.change('down', reason);
    this.endFirstAttempt({ isWrongUrl });
  }

  /** Call it before {@link markReady}. `refusal`: why the servers refuse writes. `advice`: settings that should be changed. */
  protected setWriteHealth(refusal: string | null, advice: string | null): void {
    const hasChanged = refusal !== this.writeRefusal || advice !== this.advice;
    this.writeRefusal = refusal;
    this.advice = advice;
    if (!hasChanged) return;
    for (const text of [refusal, advice]) if (text) this.logger.warn(`${this.name}: ${text}`);
    if (engineStateChannel.hasSubscribers) engineStateChannel.publish(this.report());
  }

  /** Call it before {@link markReady}. Each is logged once, because the servers may refuse it on every connection. */
  protected setMissingCommands(missing: readonly MissingCommand[]): void {
    const hasChanged = sentencesOf(missing).join() !== sentencesOf(this.missingCommands).join();
    this.missingCommands = missing;
    for (const sentence of sentencesOf(missing)) {
      if (!this.logged.has(sentence)) this.logger.warn(`${this.name} refuses ${sentence}`);
      this.logged.add(sentence);
    }
    if (hasChanged && engineStateChannel.hasSubscribers) engineStateChannel.publish(this.report());
  }

  /** The engine was closed; its state does not change any more. */
  protected markClosed(): void {
    this.state = 'down';
    this.reason = 'The engine was closed.';
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

function sentencesOf(missing: readonly MissingCommand[]): string[] {
  return missing.map(({ command, cost, remedy }) => `${command}. ${cost} ${remedy}`);
}

/** One sentence on the commands that a role cannot work without. */
function describeRequired(missing: readonly MissingCommand[]): string | null {
  const required = missing.filter(({ isRequired }) => isRequired);
  const [first] = required;
  if (!first) return null;
  const names = [...new Set(required.map(({ command }) => command))].join(', ');
  return `The server refuses ${names}. ${first.cost} ${first.remedy}`;
}
