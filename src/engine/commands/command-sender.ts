import type { CommandParser, RedisArgument } from 'redis';
import { type Call, type CallCounts, EngineCalls } from '../calls/engine-calls.js';
import { commonSlot } from '../topology/key-slot.js';
import { EngineError } from '../engine.errors.js';
import { explainCallFailure, isReplyOf, rethrowAsScriptFailure } from '../calls/call-failure.js';
import { Router } from '../topology/redirections.js';
import type { Server } from '../servers/server.js';
import type { Primaries } from '../topology/primaries.js';
import type { Batch } from './engine-batch.js';
import type { CommandOptions, TransformReply } from './command-methods.js';
import type { Gate } from './engine-client.js';
import type { EngineScript } from './engine-script.js';
import { isSplittable, joinFailures, joinReplies, splitCommand } from './split-command.js';

/** Makes calls of commands, batches and scripts, each to the primary of its keys' slot. */
export class CommandSender implements Gate {
  private readonly router: Router;
  private readonly calls: EngineCalls;
  /** Parts of a call that is counted as one. */
  private readonly uncounted: EngineCalls;

  constructor(
    private readonly primaries: Primaries,
    engine: string,
    deadlineMs: number,
  ) {
    const explain = (error: unknown, command: string) => explainCallFailure(error, command, engine);
    this.router = new Router(primaries, engine);
    this.calls = new EngineCalls(engine, deadlineMs, explain);
    this.uncounted = new EngineCalls(engine, deadlineMs, explain);
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
    if (canBeSplit && hasSlots) return this.sendInParts(command, keys, { timeout, typeMapping }).then(read);
    // One key of a single server needs no slot, and several are checked there too.
    const slot = !canBeSplit && (hasSlots || keys.length > 1) ? commonSlot(command, keys) : undefined;
    return this.calls.settle(
      command,
      (call) => this.router.sendCommand(slot, args, call, typeMapping),
      timeout,
      read,
    );
  }

  /** Counted as the one call it is; done only if every part is, and refused only if every part is. */
  private async sendInParts(
    command: string,
    keys: CommandParser['keys'],
    { timeout, typeMapping }: CommandOptions,
  ): Promise<unknown> {
    const parts = splitCommand(command, keys);
    const sent = parts.map(({ slot, args }) =>
      this.uncounted.settle(
        command,
        (call) => this.router.sendCommand(slot, args, call, typeMapping),
        timeout,
      ),
    );
    const replies = await Promise.allSettled(sent);
    const failure = joinFailures(command, replies);
    if (failure instanceof EngineError) this.calls.counts[failure.outcome]++;
    if (failure) throw failure;
    this.calls.counts.done++;
    return joinReplies(command, parts, await Promise.all(sent));
  }

  async sendBatch(batch: Batch): Promise<unknown> {
    const { keys, isAtomic, deadlineMs, typeMapping } = batch;
    const command = isAtomic ? 'MULTI' : 'a pipeline';
    const slot = commonSlot(command, keys);
    return this.calls.settle(
      command,
      (call) =>
        batch.run((commands) =>
          this.router.send(slot, call, (server, isAsked) =>
            server.sendBatch(commands, call, { isAtomic, isAsked, typeMapping }),
          ),
        ),
      deadlineMs,
    );
  }

  sendScript(
    script: EngineScript,
    keys: RedisArgument[],
    args: RedisArgument[],
    { timeout, typeMapping }: CommandOptions,
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args];
    const send = (server: Server, call: Call, isAsked: boolean) =>
      server.send(['EVALSHA', script.sha1, ...rest], call, typeMapping, isAsked).catch((error: unknown) => {
        if (!isReplyOf('NOSCRIPT', error)) return rethrowAsScriptFailure(error);
        const whole = server.send(['EVAL', script.lua, ...rest], call, typeMapping, isAsked);
        return whole.catch(rethrowAsScriptFailure);
      });
    return this.calls.settle(
      script.name,
      (call) =>
        this.router.send(commonSlot(script.name, keys), call, (server, isAsked) =>
          send(server, call, isAsked),
        ),
      timeout,
    );
  }
}
