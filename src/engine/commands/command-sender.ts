import type { CommandParser, RedisArgument, TypeMapping } from 'redis';
import { explainCallFailure, isReplyOf, rethrowAsScriptFailure } from '../calls/call-failure.js';
import { type Call, type CallCounts, EngineCalls } from '../calls/engine-calls.js';
import { EngineError } from '../engine.errors.js';
import type { Server } from '../servers/server.js';
import { commonSlot } from '../topology/key-slot.js';
import type { Primaries } from '../topology/primaries.js';
import { type Attempt, followRedirections } from '../topology/redirections.js';
import type { Batch } from './engine-batch.js';
import type { CommandOptions, Gate, TransformReply } from './engine-client.js';
import type { EngineScript } from './engine-script.js';
import { isSplittable, sendInParts } from './split-command.js';

type Slot = number | undefined;

/** Sends commands, batches and scripts, each to the primary of its keys' slot and within its deadline. */
export class CommandSender implements Gate {
  private readonly calls: EngineCalls;
  /** The parts of a split command. The whole command is counted once, in `calls`. */
  private readonly partialCalls: EngineCalls;

  constructor(
    private readonly primaries: Primaries,
    private readonly engine: string,
    deadlineMs: number,
  ) {
    const explain = (error: unknown, command: string) => explainCallFailure(error, command, engine);
    this.calls = new EngineCalls(engine, deadlineMs, explain);
    this.partialCalls = new EngineCalls(engine, deadlineMs, explain);
  }

  get counts(): CallCounts {
    return this.calls.counts;
  }

  sendCommand(
    { redisArgs: args, keys, preserve }: CommandParser,
    { timeout, typeMapping }: CommandOptions,
    transform: TransformReply | undefined,
  ): Promise<unknown> {
    const command = args[0] as string;
    const read = transform && ((reply: unknown) => transform(reply, preserve, typeMapping));
    const { hasSlots } = this.primaries;
    const canBeSplit = keys.length > 1 && isSplittable(command);
    if (canBeSplit && hasSlots) return this.sendSplit(command, keys, { timeout, typeMapping }).then(read);
    // A single server needs no slot for one key. Several keys are checked there too, so that code for it also works on a cluster.
    const slot = !canBeSplit && (hasSlots || keys.length > 1) ? commonSlot(command, keys) : undefined;
    const send = (call: Call) => this.sendTo(slot, args, call, typeMapping);
    return this.calls.settle(command, send, timeout, read);
  }

  async sendBatch(batch: Batch): Promise<unknown> {
    const { keys, isAtomic, deadlineMs, typeMapping } = batch;
    const command = isAtomic ? 'MULTI' : 'a pipeline';
    const slot = commonSlot(command, keys);
    const send = (call: Call) =>
      batch.run((commands) =>
        this.route(slot, call, (server, isAsking) =>
          server.queue.sendBatch(commands, call, { isAtomic, isAsking, typeMapping }),
        ),
      );
    return this.calls.settle(command, send, deadlineMs);
  }

  sendScript(
    script: EngineScript,
    keys: RedisArgument[],
    args: RedisArgument[],
    { timeout, typeMapping }: CommandOptions,
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    const attempt = (call: Call, { queue }: Server, isAsking: boolean) =>
      queue.send(['EVALSHA', script.sha1, ...rest], call, typeMapping, isAsking).catch((error: unknown) => {
        if (!isReplyOf('NOSCRIPT', error)) return rethrowAsScriptFailure(error);
        const reply = queue.send(['EVAL', script.lua, ...rest], call, typeMapping, isAsking);
        return reply.catch(rethrowAsScriptFailure);
      });
    const send = (call: Call) =>
      this.route(commonSlot(script.name, keys), call, (server, isAsking) => attempt(call, server, isAsking));
    return this.calls.settle(script.name, send, timeout);
  }

  private async sendSplit(
    command: string,
    keys: readonly RedisArgument[],
    { timeout, typeMapping }: CommandOptions,
  ): Promise<unknown> {
    try {
      const reply = await sendInParts(command, keys, ({ slot, args }) => {
        const send = (call: Call) => this.sendTo(slot, args, call, typeMapping);
        return this.partialCalls.settle(command, send, timeout);
      });
      this.calls.counts.done++;
      return reply;
    } catch (error) {
      if (error instanceof EngineError) this.calls.counts[error.outcome]++;
      throw error;
    }
  }

  /** Same as `route` for a single command, without a closure per call. */
  private sendTo(
    slot: Slot,
    args: readonly RedisArgument[],
    call: Call,
    typeMapping: TypeMapping | undefined,
  ): Promise<unknown> {
    const gap = this.waitForGap(slot);
    if (gap) return gap.then(() => this.sendTo(slot, args, call, typeMapping));
    const server = this.usablePrimary(slot);
    const reply = server.queue.send(args, call, typeMapping);
    if (!this.primaries.hasSlots) return reply;
    return reply.catch((error: unknown) => {
      const attempt: Attempt<unknown> = (next, isAsking) =>
        next.queue.send(args, call, typeMapping, isAsking);
      return this.redirect(error, server, { slot, call, attempt });
    });
  }

  private route<T>(slot: Slot, call: Call, attempt: Attempt<T>): Promise<T> {
    const gap = this.waitForGap(slot);
    if (gap) return gap.then(() => this.route(slot, call, attempt));
    const server = this.usablePrimary(slot);
    const reply = attempt(server, false);
    if (!this.primaries.hasSlots) return reply;
    return reply.catch((error: unknown) => this.redirect(error, server, { slot, call, attempt }));
  }

  private redirect<T>(
    error: unknown,
    server: Server,
    { slot, call, attempt }: { slot: Slot; call: Call; attempt: Attempt<T> },
  ): Promise<T> {
    const owner = () => this.usablePrimary(slot);
    return followRedirections(error, server, { call, attempt, owner, primaries: this.primaries });
  }

  /** The server has just closed its connection: a call waits for the first attempt to replace it, within its deadline. */
  private waitForGap(slot: Slot): Promise<void> | undefined {
    const gap = this.primaries.gapOf(slot);
    return gap && !this.primaries.forSlot(slot)?.queue.isUsable ? gap.wait() : undefined;
  }

  /** @throws {EngineError} *refused*, if the slot's primary is not connected or its breaker is open. */
  private usablePrimary(slot: Slot): Server {
    const server = this.primaries.forSlot(slot);
    if (server?.queue.isUsable) return server;
    const what = server ? 'is not answering' : 'is not connected';
    throw new EngineError('refused', `${this.engine} ${what}, so the call was not sent.`);
  }
}
