import { setTimeout as delay } from 'node:timers/promises';
import { ErrorReply } from 'redis';
import type { EngineNode } from '../address/engine-address.js';
import { isReplyOf } from '../calls/call-failure.js';
import type { Call } from '../calls/engine-calls.js';
import type { Server } from '../servers/server.js';
import type { Primaries, Redirection } from './primaries.js';

const MAX_REDIRECTIONS = 16;
const TRY_AGAIN_MS = 20;
/** With less time left, another attempt would probably end as *unknown*; the last one was certainly not executed. */
const MIN_TIME_LEFT_MS = 20;

/** `isAsking`: send ASKING first, because the slot is being migrated to this server. */
export type Attempt<T> = (server: Server, isAsking: boolean) => Promise<T>;

interface RoutedCall<T> {
  call: Call;
  attempt: Attempt<T>;
  primaries: Primaries;
  /** The primary of the call's slot at this moment; throws if it is not usable. */
  owner: () => Server;
}

/**
 * Follows MOVED, ASK and TRYAGAIN within the call's deadline. A server that answers with one of these has not executed the call.
 *
 * @param failure the rejection of the first attempt, rethrown if it is not a redirection.
 */
export async function followRedirections<T>(
  failure: unknown,
  first: Server,
  { call, attempt, primaries, owner }: RoutedCall<T>,
): Promise<T> {
  let error = failure;
  let { node } = first;
  for (let hops = 0; hops < MAX_REDIRECTIONS; hops++) {
    const isTryAgain = isReplyOf('TRYAGAIN', error);
    const redirection = readRedirection(error, node);
    const hasTime = call.endsAt - performance.now() > MIN_TIME_LEFT_MS;
    if (!hasTime || !(isTryAgain || redirection)) break;
    // The attempt was answered, so a deadline that passes now means *refused*.
    call.target?.answered(call);
    call.target = undefined;
    const next = await (redirection ? primaries.redirect(redirection) : delay(TRY_AGAIN_MS).then(owner));
    if (!next) break;
    // While a slot is half migrated both servers redirect; only the deadline limits that.
    if (isTryAgain) hops = 0;
    node = next.node;
    try {
      return await attempt(next, redirection?.kind === 'ASK');
    } catch (nextError) {
      error = nextError;
    }
  }
  throw error;
}

/** Reads a MOVED or ASK reply. Without a host, and with `?`, the host of the server that sent it is meant. */
export function readRedirection(error: unknown, sender: EngineNode): Redirection | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  const match = /^(MOVED|ASK) (\d+) (.*):(\d+)$/.exec(error.message);
  if (!match) return undefined;
  const [, kind, slot, host, port] = match;
  const node = { host: host && host !== '?' ? host : sender.host, port: Number(port) };
  return { kind: kind as Redirection['kind'], slot: Number(slot), node };
}
