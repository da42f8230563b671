import type { TypeMapping } from 'redis';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from '../calls/engine-calls.js';
import { EngineError } from '../engine.errors.js';
import { isReplyOf, readRedirection } from '../calls/call-failure.js';
import type { Arguments, Server } from '../servers/server.js';
import type { Primaries } from './primaries.js';

const MAX_REDIRECTIONS = 16;
const TRY_AGAIN_MS = 20;
/** With less than that another attempt would most likely end as unknown, where the last one was certainly not executed. */
const MIN_TIME_LEFT_MS = 20;

/** `isAsked`: the server takes what is sent for a slot that is on its way to it, if ASKING comes right before. */
type Attempt<T> = (server: Server, isAsked: boolean) => Promise<T>;

interface RoutedCall<T> {
  slot: number | undefined;
  call: Call;
  attempt: Attempt<T>;
}

/** Brings a call to the primary of its slot, and after it when the slot has moved: within the call's deadline, or not at all. */
export class Router {
  constructor(
    private readonly primaries: Primaries,
    private readonly engine: string,
  ) {}

  send<T>(slot: number | undefined, call: Call, attempt: Attempt<T>): Promise<T> {
    const server = this.usable(slot);
    const reply = attempt(server, false);
    return this.primaries.hasSlots
      ? reply.catch((error: unknown) => this.follow(error, server, { slot, call, attempt }))
      : reply;
  }

  /** The same for a single command, without a closure for each. */
  sendCommand(
    slot: number | undefined,
    args: Arguments,
    call: Call,
    typeMapping: TypeMapping | undefined,
  ): Promise<unknown> {
    const server = this.usable(slot);
    const reply = server.send(args, call, typeMapping);
    if (!this.primaries.hasSlots) return reply;
    return reply.catch((error: unknown) => {
      const attempt: Attempt<unknown> = (next, isAsked) => next.send(args, call, typeMapping, isAsked);
      return this.follow(error, server, { slot, call, attempt });
    });
  }

  private usable(slot: number | undefined): Server {
    const server = this.primaries.forSlot(slot);
    if (server?.isUsable) return server;
    const what = server ? 'is not answering' : 'is not connected';
    throw new EngineError('refused', `${this.engine} ${what}, so the call was not sent.`);
  }

  /** Whoever answers with a redirection has not executed the call. */
  private async follow<T>(
    failure: unknown,
    first: Server,
    { slot, call, attempt }: RoutedCall<T>,
  ): Promise<T> {
    let error = failure;
    let asked = first;
    for (let hops = 0; hops < MAX_REDIRECTIONS; hops++) {
      const isHalfMoved = isReplyOf('TRYAGAIN', error);
      const redirection = readRedirection(error, asked.node);
      const hasTime = call.endsAt - performance.now() > MIN_TIME_LEFT_MS;
      if (!hasTime || !(isHalfMoved || redirection)) break;
      // It was answered: when its time ends now, it was certainly not executed.
      call.target = undefined;
      const next = await (redirection ? this.primaries.redirect(redirection) : this.afterAWhile(slot));
      if (!next) break;
      // Such a slot sends calls to and fro until it is moved, or their time is up.
      if (isHalfMoved) hops = 0;
      asked = next;
      try {
        return await attempt(next, redirection?.kind === 'ASK');
      } catch (another) {
        error = another;
      }
    }
    throw error;
  }

  private async afterAWhile(slot: number | undefined): Promise<Server> {
    await delay(TRY_AGAIN_MS);
    return this.usable(slot);
  }
}
