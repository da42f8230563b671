import type { RedisArgument } from 'redis';
import { explainCallFailure, isReplyOf, rethrowAsScriptFailure } from '../calls/call-failure.js';
import { type Call, type CallCounts, EngineCalls } from '../calls/engine-calls.js';
import { EngineError } from '../engine.errors.js';
import type { AnyCommand, SendOptions } from '../servers/command-queue.js';
import type { Server } from '../servers/server.js';
import { commonSlot, keySlot } from '../topology/key-slot.js';
import type { Primaries } from '../topology/primaries.js';
import { followRedirections } from '../topology/redirections.js';
import type { CommandClient, ReplyOptions } from './command-client.js';
import type { EngineScript } from './engine-script.js';

const THE_CALL = 'the call';
const TEXT: SendOptions = { isBinary: false, isAsking: false };
const BINARY: SendOptions = { isBinary: true, isAsking: false };

type Slot = number | undefined;

/** Sends commands and scripts, each to the primary of its keys' slot and within its deadline. */
export class CommandSender {
  private readonly calls: EngineCalls;

  constructor(
    private readonly primaries: Primaries,
    private readonly engine: string,
    deadlineMs: number,
  ) {
    this.calls = new EngineCalls(engine, deadlineMs, (error, command) =>
      explainCallFailure(error, command, engine),
    );
  }

  get counts(): CallCounts {
    return this.calls.counts;
  }

  send<T>(
    keys: RedisArgument | readonly RedisArgument[],
    command: AnyCommand<T>,
    { deadlineMs, replies }: ReplyOptions,
  ): Promise<T> {
    const options = replies === 'binary' ? BINARY : TEXT;
    const send = (call: Call) => this.route(call, command, this.slotOf(keys), options);
    return this.calls.settle(THE_CALL, send, deadlineMs);
  }

  sendScript(
    script: EngineScript,
    keys: readonly RedisArgument[],
    args: readonly RedisArgument[],
    { deadlineMs, replies }: ReplyOptions,
  ): Promise<unknown> {
    const options = replies === 'binary' ? BINARY : TEXT;
    const rest = [String(keys.length), ...keys, ...args];
    const withDigest = (client: CommandClient) => client.sendCommand(['EVALSHA', script.sha1, ...rest]);
    const withText = (client: CommandClient) => client.sendCommand(['EVAL', script.lua, ...rest]);
    const send = (call: Call) => {
      const slot = commonSlot(script.name, keys);
      return this.route(call, withDigest, slot, options)
        .catch((error: unknown) => {
          if (!isReplyOf('NOSCRIPT', error)) throw error;
          call.target?.answered(call);
          return this.route(call, withText, slot, options);
        })
        .catch(rethrowAsScriptFailure);
    };
    return this.calls.settle(script.name, send, deadlineMs);
  }

  /** A single server needs no slot for one key. Several keys are checked there too, so that code for it also works on a cluster. */
  private slotOf(keys: RedisArgument | readonly RedisArgument[]): Slot {
    if (Array.isArray(keys)) return commonSlot(THE_CALL, keys);
    return this.primaries.hasSlots ? keySlot(keys as RedisArgument) : undefined;
  }

  private route<T>(call: Call, command: AnyCommand<T>, slot: Slot, options: SendOptions): Promise<T> {
    const gap = this.waitForGap(slot);
    if (gap) return gap.then(() => this.route(call, command, slot, options));
    const server = this.usablePrimary(slot);
    const reply = server.queue.send(call, command, options);
    if (!this.primaries.hasSlots) return reply;
    return reply.catch((error: unknown) =>
      followRedirections(error, server, {
        call,
        attempt: (next: Server, isAsking: boolean) =>
          next.queue.send(call, command, { ...options, isAsking }),
        owner: () => this.usablePrimary(slot),
        primaries: this.primaries,
      }),
    );
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
