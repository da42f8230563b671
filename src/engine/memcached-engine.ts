import { Client } from 'memjs';
import { explainConnectionFailure } from './connection-failure.js';
import { EngineCalls } from './engine-calls.js';
import { EngineConnection } from './engine-connection.js';
import type { EngineAddress } from './engine-url.js';
import { EngineError } from './engine.errors.js';

const WATCHDOG_INTERVAL_MS = 500;
const SILENT = { log: () => undefined };

/**
 * Memcached, one node or several (keys are spread by memjs' hash).
 *
 * memjs connects at the first call and again after a failure; the watchdog's question keeps that going and tells health.
 */
export class MemcachedEngine extends EngineConnection {
  /** The bare client: send through {@link settle}, and only keys of at most 250 printable bytes. */
  readonly client: Client;
  private readonly calls: EngineCalls;
  private watchdog: NodeJS.Timeout | undefined;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    const servers = address.nodes.map(({ host, port }) => `${host}:${port}`).join(',');
    this.client = Client.create(servers, {
      // One try per call: a second would outlast the deadline.
      retries: 1,
      // Before our own deadline, so that it is known which node was silent.
      timeout: (0.8 * deadlineMs) / 1000,
      conntimeout: (0.8 * deadlineMs) / 1000,
      keepAlive: true,
      logger: SILENT,
    });
    this.calls = new EngineCalls(this.name, deadlineMs, explainCommandFailure, address.nodes.length > 1);
  }

  override start(): void {
    void this.watch();
    this.watchdog = setInterval(() => void this.watch(), WATCHDOG_INTERVAL_MS);
    this.watchdog.unref();
  }

  override close(): void {
    clearInterval(this.watchdog);
    this.client.close();
  }

  /** Runs one memjs call within the deadline and behind the breaker; rejects with {@link EngineError}. */
  settle<T>(command: string, send: () => Promise<T>): Promise<T> {
    if (!this.isReady) {
      return Promise.reject(
        new EngineError('refused', `${this.name} is not connected, so ${command} was not sent.`),
      );
    }
    return this.calls.settle(command, send);
  }

  private async watch(): Promise<void> {
    try {
      const silent = await this.calls.withinDeadline('stats', () => this.askEveryNode());
      // The other nodes' keys are as good as ever; those of a silent one are misses.
      this.markReady(
        silent.length === 0 ? null : `${silent.join(', ')} does not answer. Start it, or correct the URL.`,
      );
    } catch (error) {
      const cause = error instanceof EngineError ? error.cause : error;
      this.markDown(cause ? explainConnectionFailure(cause) : 'It does not answer. Asking again.');
    }
  }

  /** The nodes that fail; rejects if all of them do. */
  private askEveryNode(): Promise<string[]> {
    const { nodes } = this.address;
    const silent: string[] = [];
    let asked = 0;
    return new Promise((resolve, reject) => {
      this.client.stats((error, node) => {
        asked++;
        if (error) silent.push(node);
        if (silent.length === nodes.length) reject(error ?? new Error('No node answers.'));
        else if (asked === nodes.length) resolve(silent);
      });
    });
  }
}

function explainCommandFailure(error: unknown, command: string): EngineError {
  // memjs tells a full server from a lost one by its text only; either way the caller goes on without the cache.
  return new EngineError('unknown', `Memcached did not complete ${command}.`, { cause: error });
}
