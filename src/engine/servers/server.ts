import { AbortError, ErrorReply, type RedisArgument, type RedisClientType, type TypeMapping } from 'redis';
import type { EngineNode } from '../address/engine-url.js';
import { Breaker } from '../calls/breaker.js';
import type { Call, CallTarget } from '../calls/engine-calls.js';
import { pipelineReplies, transactionReplies } from './batch-replies.js';
import { connectTo, withinTime } from '../connecting/connect.js';
import type { ServerOptions } from './server-options.js';
import { Heartbeat } from '../health/heartbeat.js';
import { WithdrawableCommands } from '../calls/withdrawable-commands.js';
import { WriteProbe } from '../health/write-probe.js';
import {
  NotPrimaryError,
  readServerFacts,
  requirePrimary,
  type ServerFacts,
} from '../health/server-facts.js';

export type Arguments = readonly RedisArgument[];

interface BatchForm {
  isAtomic: boolean;
  /** Whether the slot is on its way to this server. */
  isAsked: boolean;
  typeMapping?: TypeMapping | undefined;
}

/**
 * A connection to one primary. Once lost it is never used again: `lost` resolves with the reason, and whoever opened it
 * opens another, there or elsewhere.
 */
export class Server implements CallTarget {
  readonly breaker: Breaker;
  readonly heartbeat: Heartbeat;
  readonly writes: WriteProbe;
  readonly lost: Promise<unknown>;
  facts: ServerFacts = { kind: null, version: null, isCluster: false, advice: null };
  isLost = false;
  /** Prefixes of keys whose changes it was asked to push, and whether it does by now. For as long as the connection lasts. */
  private readonly tracked = new Map<string, boolean>();
  private busyUntil = 0;
  /** Commands given to node-redis; up to which of them it has surely written; which one will tell next. */
  private sent = 0;
  private written = 0;
  private marker: number | undefined;
  private resolveLost: (error: unknown) => void = () => undefined;

  private constructor(
    readonly node: EngineNode,
    readonly client: RedisClientType,
    private readonly options: ServerOptions,
  ) {
    this.lost = new Promise((resolve) => (this.resolveLost = resolve));
    this.breaker = new Breaker(options.onStateChange);
    this.writes = new WriteProbe(client, options.onStateChange);
    this.heartbeat = new Heartbeat({
      ask: () => requirePrimary(client, this.mark()),
      timeoutMs: options.deadlineMs,
      busyUntil: () => this.busyUntil,
      answers: () => this.breaker.answers,
      onAnswer: () => {
        this.breaker.close();
        void this.writes.ask();
      },
      onLost: (error) => this.disconnect(error),
    });
    client.on('invalidate', options.onInvalidated);
    options.onConnect();
  }

  /** @param timeoutMs for connecting, and as long again for its first answers. */
  static async open(node: EngineNode, options: ServerOptions, timeoutMs: number): Promise<Server> {
    const client = await connectTo(node, options.connection, { timeoutMs, emitInvalidate: true });
    const server = new Server(node, client, options);
    client.on('error', (error: unknown) => server.disconnect(error));
    try {
      await withinTime(timeoutMs, server.handshake());
      return server;
    } catch (error) {
      server.disconnect(error);
      throw error;
    }
  }

  private async handshake(): Promise<void> {
    const prefixes = this.options.prefixes();
    // node-redis has turned tracking on for all that is read: the server would have to remember it, and takes no prefixes then.
    const untracked = this.client.sendCommand(['CLIENT', 'TRACKING', 'OFF']);
    const asked = [untracked, this.track(prefixes), this.writes.ask()];
    const [facts] = await Promise.all([readServerFacts(this.client), ...asked]);
    this.facts = facts;
  }

  get address(): string {
    return `${this.node.host}:${this.node.port}`;
  }

  get isUsable(): boolean {
    return !this.isLost && !this.breaker.isOpen;
  }

  /** @param isAsked whether the slot is on its way to this server. */
  send(args: Arguments, call: Call, typeMapping?: TypeMapping, isAsked = false): Promise<unknown> {
    this.begin(call);
    return this.give(args, call, typeMapping, isAsked);
  }

  private begin(call: Call, isAtomic = false): void {
    if (call.isExpired) throw new AbortError();
    call.target = this;
    this.breaker.sent(call);
    if (call.hasShortDeadline) call.withdrawable = new WithdrawableCommands(isAtomic, () => !this.isLost);
  }

  private give(args: Arguments, call: Call, typeMapping?: TypeMapping, isAsked = false): Promise<unknown> {
    // Its reply says nothing that the reply of the command behind it does not say.
    if (isAsked) this.give(['ASKING'], call).catch(() => undefined);
    if (call.withdrawable) {
      return call.withdrawable.send((abortSignal) =>
        this.client.sendCommand(args, { typeMapping, abortSignal }),
      );
    }
    const abortSignal = this.mark();
    call.lastPosition = this.sent;
    call.decisivePosition = this.sent;
    if (call.endsAt > this.busyUntil) this.busyUntil = call.endsAt;
    // Without options node-redis takes a shorter way.
    const options = typeMapping || abortSignal ? { typeMapping, abortSignal } : undefined;
    const reply = this.client.sendCommand(args, options);
    // What cannot be encoded is never written.
    if (abortSignal) reply.catch(this.unmark);
    return reply;
  }

  /** As a transaction or as a plain pipeline: its raw replies in order, errors among them. */
  async sendBatch(
    commands: readonly Arguments[],
    call: Call,
    { isAtomic, isAsked, typeMapping }: BatchForm,
  ): Promise<unknown[]> {
    const all = isAtomic ? [['MULTI'], ...commands, ['EXEC']] : commands;
    this.begin(call, isAtomic);
    const first = this.sent + 1;
    // ASKING is good for the one command behind it, or for the whole of a transaction.
    const isAskedFor = (i: number) => isAsked && (i === 0 || !isAtomic);
    const sent = all.map((args, i) => this.give(args, call, typeMapping, isAskedFor(i)));
    // A transaction is executed by its EXEC.
    if (!isAtomic) call.decisivePosition = first;
    const replies = await Promise.allSettled(sent);
    return isAtomic ? transactionReplies(replies) : pipelineReplies(replies);
  }

  answered(call: Call): void {
    this.breaker.answered(call);
  }

  rejected(error: unknown, call: Call): boolean {
    if (!(error instanceof ErrorReply)) return this.isUnsent(call);
    this.breaker.answered(call);
    // Later, so that the replies behind it are still read.
    if (error.message.startsWith('READONLY'))
      setImmediate(() => this.disconnect(new NotPrimaryError('replica')));
    return false;
  }

  expired(call: Call): boolean {
    if (call.withdrawable) return this.withdraw(call.withdrawable);
    const isUnsent = this.isUnsent(call);
    if (isUnsent) this.loseUnwritten();
    else if (call.lastPosition <= this.written) this.breaker.leftUnanswered(call);
    else this.proveWritten(call);
    return isUnsent;
  }

  /** Its time was short, which says nothing of the server and costs nobody else anything; but no EXEC may be missing. */
  private withdraw(withdrawable: WithdrawableCommands): boolean {
    const { hasWritten, isAtomic } = withdrawable;
    const wasUnfinished = withdrawable.withdraw();
    if (!(isAtomic && hasWritten && wasUnfinished)) return !hasWritten;
    this.loseUnwritten();
    return true;
  }

  /** What is not written by its deadline must never be: with the connection, node-redis drops what it still holds for it. */
  private loseUnwritten(): void {
    this.disconnect(new Error('SILENT it takes no more commands'));
  }

  /** What was issued together with a marked command was most likely written with it. Whatever is written now is behind it. */
  private proveWritten(call: Call): void {
    const abortSignal = this.mark();
    if (abortSignal) this.client.sendCommand(['PING'], { abortSignal }).catch(this.unmark);
    // node-redis writes in the next turn.
    setImmediate(() =>
      setImmediate(() => {
        if (call.lastPosition <= this.written) this.breaker.leftUnanswered(call);
        else this.loseUnwritten();
      }),
    );
  }

  /** Asks for pushes when keys with these prefixes change; more may be added later. The server refuses those that overlap. */
  async track(prefixes: readonly string[]): Promise<void> {
    const isCovered = (prefix: string) => [...this.tracked.keys()].some((known) => prefix.startsWith(known));
    const missing = prefixes.filter((prefix) => !isCovered(prefix));
    if (missing.length === 0) return;
    for (const prefix of missing) this.tracked.set(prefix, false);
    const named = missing.flatMap((prefix) => ['PREFIX', prefix]);
    await this.client.sendCommand(['CLIENT', 'TRACKING', 'ON', 'BCAST', ...named]);
    for (const prefix of missing) this.tracked.set(prefix, true);
  }

  /** Whether it pushes every change of a key with this prefix. */
  tracks(prefix: string): boolean {
    for (const [known, isOn] of this.tracked) if (isOn && prefix.startsWith(known)) return true;
    return false;
  }

  disconnect(error: unknown): void {
    if (this.isLost) return;
    this.isLost = true;
    this.heartbeat.stop();
    this.resolveLost(error);
    this.client.destroy();
  }

  private isUnsent({ decisivePosition: decisive, withdrawable }: Call): boolean {
    if (withdrawable) return !withdrawable.hasWritten;
    return this.marker !== undefined && decisive >= this.marker;
  }

  /**
   * Now and then a command carries a marker that tells when it is written, and all before it: node-redis writes in order. A
   * real AbortSignal on each, to take it back at its deadline, would cost more than the command itself. node-redis asks a
   * signal for no more than this.
   */
  private mark(): AbortSignal | undefined {
    const sequence = ++this.sent;
    if (this.marker !== undefined) return undefined;
    this.marker = sequence;
    const marker = {
      aborted: false,
      addEventListener: () => undefined,
      removeEventListener: () => {
        if (!this.isLost) this.written = sequence;
        this.unmark();
      },
    };
    return marker as unknown as AbortSignal;
  }

  /** Of a connection that is lost nothing is written any more: what was behind the marker then is unsent for good. */
  private readonly unmark = (): void => {
    if (!this.isLost) this.marker = undefined;
  };
}
