import { createHash } from 'node:crypto';
import {
  ClientClosedError,
  ClientOfflineError,
  createClient,
  ErrorReply,
  type RedisClientType,
  TimeoutError,
} from 'redis';
import { explainConnectionFailure } from './connection-failure.js';
import { EngineCalls } from './engine-calls.js';
import { EngineConnection } from './engine-connection.js';
import type { EngineAddress } from './engine-url.js';
import { EngineError } from './engine.errors.js';
import { guardCommands } from './guard-commands.js';

const CONNECT_TIMEOUT_MS = 2_000;
const LONGEST_BACKOFF_MS = 2_000;
const WATCHDOG_INTERVAL_MS = 500;
const QUEUE_LIMIT = 10_000;

/** A Lua script, sent whole once per engine and by its digest afterwards. */
export interface EngineScript {
  name: string;
  lua: string;
  sha1: string;
}

export function defineScript(name: string, lua: string): EngineScript {
  return { name, lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

/**
 * One connection to Redis or Valkey that always settles its calls.
 *
 * It connects, and connects again, for ever, with jittered backoff. A connection whose PING stays unanswered is
 * given up: a paused server or a half-open socket raises no event of its own.
 */
export class RedisEngine extends EngineConnection {
  /** node-redis' commands, each within the deadline and behind the breaker; rejects with {@link EngineError}. */
  readonly client: RedisClientType;
  private readonly connection: RedisClientType;
  private readonly calls: EngineCalls;
  private watchdog: NodeJS.Timeout | undefined;
  private readonly readyListeners: (() => void)[] = [];

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    this.calls = new EngineCalls(this.name, deadlineMs, explainCommandFailure);
    this.connection = createClient({
      socket: {
        host: address.nodes[0]?.host,
        port: address.nodes[0]?.port,
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: jitteredBackoffMs,
      },
      ...(address.username && { username: address.username }),
      ...(address.password && { password: address.password }),
      database: address.database,
      disableOfflineQueue: true,
      commandsQueueMaxLength: QUEUE_LIMIT,
      commandOptions: { timeout: deadlineMs },
    });
    this.connection.on('error', (error: unknown) => this.markDown(explainConnectionFailure(error)));
    this.connection.on('ready', () => {
      this.markReady();
      for (const listener of this.readyListeners) listener();
    });
    this.client = guardCommands(this.connection, this.calls);
  }

  override start(): void {
    this.connect();
    this.watchdog = setInterval(() => void this.watch(), WATCHDOG_INTERVAL_MS);
    this.watchdog.unref();
  }

  override close(): void {
    clearInterval(this.watchdog);
    if (this.connection.isOpen) this.connection.destroy();
  }

  /** Calls back at every (re)connection; what was in the engine before may be gone. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Runs a script atomically. All keys must share a hash tag, so that the call also works on a cluster. */
  run(script: EngineScript, keys: string[], args: string[]): Promise<unknown> {
    return this.calls.settle(script.name, async () => {
      try {
        return await this.connection.evalSha(script.sha1, { keys, arguments: args });
      } catch (error) {
        if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
        return this.connection.eval(script.lua, { keys, arguments: args });
      }
    });
  }

  private connect(): void {
    this.connection.connect().catch((error: unknown) => this.markDown(explainConnectionFailure(error)));
  }

  private async watch(): Promise<void> {
    if (!this.connection.isReady) return;
    try {
      await this.calls.withinDeadline('PING', () => this.connection.ping());
    } catch (error) {
      if (!(error instanceof EngineError) || error.outcome !== 'unknown' || !this.connection.isReady) return;
      this.markDown('It stopped answering. Connecting again.');
      this.connection.destroy();
      this.connect();
    }
  }
}

/** Full jitter up to an exponential ceiling, so that nodes do not come back in step. */
function jitteredBackoffMs(retries: number): number {
  return 25 + Math.random() * Math.min(50 * 2 ** retries, LONGEST_BACKOFF_MS);
}

function explainCommandFailure(error: unknown, command: string): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof ErrorReply) {
    // The first word is the error's code (WRONGTYPE, OOM, ...); the rest may repeat arguments.
    const [code = 'ERR'] = error.message.split(' ');
    return new EngineError('failed', `The engine answered ${command} with ${code}.`, { cause: error });
  }
  const neverWritten =
    error instanceof ClientOfflineError ||
    error instanceof ClientClosedError ||
    error instanceof TimeoutError ||
    (error instanceof Error && error.message.includes('queue is full'));
  return neverWritten
    ? new EngineError('refused', `The engine is not connected, so ${command} was not sent.`, { cause: error })
    : new EngineError('unknown', `The connection was lost before ${command} was answered.`, { cause: error });
}
