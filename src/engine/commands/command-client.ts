import { type RedisClientType, RESP_TYPES } from 'redis';
import type { CallOptions } from '../calls/engine-calls.js';

/** Commands that change the state of the connection, which all callers share. */
type ConnectionCommand =
  | 'connect' | 'close' | 'destroy' | 'disconnect' | 'quit' | 'QUIT' | 'duplicate' | 'legacy' | 'reset' | 'select' | 'SELECT'
  | 'watch' | 'WATCH' | 'unwatch' | 'UNWATCH' | 'monitor' | 'MONITOR' | 'hello' | 'HELLO' | 'auth' | 'AUTH' | 'asking' | 'ASKING'
  | 'subscribe' | 'SUBSCRIBE' | 'unsubscribe' | 'UNSUBSCRIBE' | 'pSubscribe' | 'PSUBSCRIBE' | 'pUnsubscribe' | 'PUNSUBSCRIBE'
  | 'sSubscribe' | 'SSUBSCRIBE' | 'sUnsubscribe' | 'SUNSUBSCRIBE' | 'clientTracking' | 'CLIENT_TRACKING'; // prettier-ignore
/** Commands that block the connection, or may do so. WAIT is offered: keep its timeout well below the deadline. */
type BlockingCommand =
  | 'blPop' | 'BLPOP' | 'brPop' | 'BRPOP' | 'blMove' | 'BLMOVE' | 'blmPop' | 'BLMPOP' | 'brPopLPush' | 'BRPOPLPUSH' | 'bzPopMax'
  | 'BZPOPMAX' | 'bzPopMin' | 'BZPOPMIN' | 'bzmPop' | 'BZMPOP' | 'xRead' | 'XREAD' | 'xReadGroup' | 'XREADGROUP'; // prettier-ignore
/** Commands over all keys. A shard has only some of them. */
type AllKeysCommand =
  | 'scan' | 'SCAN' | 'scanIterator' | 'keys' | 'KEYS' | 'dbSize' | 'DBSIZE' | 'flushDb' | 'FLUSHDB' | 'flushAll' | 'FLUSHALL'; // prettier-ignore
/** node-redis sends a MULTI even if its signal is aborted. Use a script instead. */
type Transaction = 'multi' | 'MULTI';

type Withheld = ConnectionCommand | BlockingCommand | AllKeysCommand | Transaction;

/** Without modules, functions and scripts, whose index signatures would hide the commands. */
// oxlint-disable-next-line typescript/no-generated-empty-object-type -- Record<string, never> has such a signature.
type None = Record<never, never>;

/** The commands of a node-redis client that may use a connection which all callers share. */
export type CommandClient = Omit<RedisClientType<None, None, None>, Withheld>;

type AsBuffers = { [RESP_TYPES.BLOB_STRING]: BufferConstructor };

/** The same, with Buffers instead of strings in the replies. */
export type BinaryClient = Omit<RedisClientType<None, None, None, 3, AsBuffers>, Withheld>;

/** Sends a command over the connection that the engine has chosen. It must send before it returns. */
export type Command<T, Client = CommandClient> = (client: Client) => Promise<T>;

/** Options of one call; see {@link RedisEngine.call}. */
export interface ReplyOptions extends CallOptions {
  /** `binary`: strings are returned as Buffers. */
  replies?: 'text' | 'binary';
}

export const AS_BUFFERS: AsBuffers = { [RESP_TYPES.BLOB_STRING]: Buffer };
