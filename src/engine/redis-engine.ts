import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ClientClosedError, ClientOfflineError, ErrorReply, type RedisClientType, TimeoutError } from 'redis';
import { openCluster } from './cluster-connection.js';
import { explainConnectionFailure } from './connection-failure.js';
import { EngineCalls } from './engine-calls.js';
import { EngineConnection } from './engine-connection.js';
import type { EngineAddress } from './engine-url.js';
import { EngineError } from './engine.errors.js';
import { guardCommands } from './guard-commands.js';
import { openPrimary } from './primary-connection.js';
import { NotPrimaryError, type OpenConnection, type RedisConnection } from './redis-connection.js';

const LONGEST_BACKOFF_MS = 300;
const PROBE_INTERVAL_MS = 250;

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
 * Redis or Valkey, standalone, behind sentinels or clustered: one connection that always settles its calls.
 *
 * It connects, and connects again, for ever, with jittered backoff. A connection whose probe stays unanswered is given
 * up: a paused server or a half-open socket raises no event of its own.
 */
export class RedisEngine extends EngineConnection {
  /** node-redis' commands, each within the deadline and behind the breaker; rejects with {@link EngineError}. */
  readonly client: RedisClientType;
  private readonly open: OpenConnection;
  private readonly calls: EngineCalls;
  private readonly stopped = new AbortController();
  private readonly readyListeners: (() => void)[] = [];
  private connection: RedisConnection | undefined;
  private loseConnection: (error: unknown) => void = () => undefined;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    const isCluster = address.topology === 'cluster';
    const explain = (error: unknown, command: string) => this.explainFailure(error, command);
    this.calls = new EngineCalls(this.name, deadlineMs, explain, isCluster);
    this.open = isCluster ? openCluster(address, deadlineMs) : openPrimary(address, deadlineMs);
    this.client = guardCommands(() => this.requireClient(), this.calls);
  }

  override start(): void {
    void this.stayConnected();
  }

  override close(): void {
    this.stopped.abort();
    this.loseConnection(new Error('The engine was closed.'));
    this.connection?.destroy();
    this.connection = undefined;
  }

  /** Calls back at every (re)connection; what was in the engine before may be gone. */
  onReady(listener: () => void): void {
    this.readyListeners.push(listener);
  }

  /** Runs a script atomically. All keys must share a hash tag, so that the call also works on a cluster. */
  run(script: EngineScript, keys: string[], args: string[]): Promise<unknown> {
    return this.calls.settle(script.name, async () => {
      const client = this.requireClient();
      try {
        return await client.evalSha(script.sha1, { keys, arguments: args });
      } catch (error) {
        if (!(error instanceof ErrorReply) || !error.message.startsWith('NOSCRIPT')) throw error;
        return client.eval(script.lua, { keys, arguments: args });
      }
    });
  }

  private async stayConnected(): Promise<void> {
    for (let failures = 0; !this.stopped.signal.aborted; failures++) {
      try {
        const lost = this.nextLoss();
        this.connection = await this.open(this.loseConnection);
        failures = 0;
        this.markReady();
        for (const listener of this.readyListeners) listener();
        void this.watch(this.connection);
        await lost;
      } catch (error) {
        if (!this.stopped.signal.aborted) this.markDown(explainConnectionFailure(error));
      }
      this.connection?.destroy();
      this.connection = undefined;
      await delay(jitteredBackoffMs(failures), undefined, this.stopped).catch(() => undefined);
    }
  }

  /** Rejects when the connection that is opened next is lost. */
  private nextLoss(): Promise<never> {
    const lost = new Promise<never>((_resolve, reject) => {
      this.loseConnection = reject;
    });
    lost.catch(() => undefined);
    return lost;
  }

  private async watch(connection: RedisConnection): Promise<void> {
    while (this.connection === connection && !this.stopped.signal.aborted) {
      try {
        await connection.probe();
      } catch (error) {
        if (this.connection === connection) this.loseConnection(error);
        return;
      }
      await delay(PROBE_INTERVAL_MS, undefined, this.stopped).catch(() => undefined);
    }
  }

  private requireClient(): RedisClientType {
    if (this.connection) return this.connection.client;
    throw new ClientOfflineError();
  }

  private explainFailure(error: unknown, command: string): EngineError {
    if (error instanceof ErrorReply) {
      // The first word is the error's code (WRONGTYPE, OOM, ...); the rest may repeat arguments.
      const [code = 'ERR'] = error.message.split(' ');
      if (code === 'READONLY') this.loseConnection(new NotPrimaryError('replica'));
      return new EngineError('failed', `The engine answered ${command} with ${code}.`, { cause: error });
    }
    return isNeverWritten(error)
      ? new EngineError('refused', `${this.name} is not connected, so ${command} was not sent.`, {
          cause: error,
        })
      : new EngineError('unknown', `The connection was lost before ${command} was answered.`, {
          cause: error,
        });
  }
}

/** Full jitter up to an exponential ceiling, so that nodes do not come back in step. */
function jitteredBackoffMs(failures: number): number {
  return 25 + Math.random() * Math.min(50 * 2 ** failures, LONGEST_BACKOFF_MS);
}

function isNeverWritten(error: unknown): boolean {
  return (
    error instanceof ClientOfflineError ||
    error instanceof ClientClosedError ||
    error instanceof TimeoutError ||
    (error instanceof Error && error.message.includes('queue is full'))
  );
}
