import { Client } from 'memjs';
import type { EngineAddress } from './address/engine-address.js';
import { type Call, type CallCounts, type CallOptions, EngineCalls } from './calls/engine-calls.js';
import { explainConnectionFailure } from './connecting/connection-failure.js';
import { EngineBase } from './engine-base.js';
import { EngineError } from './engine.errors.js';
import type { EngineFacts } from './engine.wire.js';
import { MemcachedNode } from './servers/memcached-node.js';

const SILENT = { log: () => undefined };

/**
 * Memcached with one or several nodes. memjs spreads the keys by their hash. While a node does not answer, calls for its keys are
 * *refused*; other keys are not affected.
 */
export class MemcachedEngine extends EngineBase {
  /** The memjs client. Send its calls through {@link settle}; keys have at most 250 printable bytes. */
  readonly client: Client;
  private readonly calls: EngineCalls;
  private readonly nodes: MemcachedNode[];
  /** The call that is being sent: memjs selects the node meanwhile. */
  private sending: Call | undefined;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    this.nodes = address.nodes.map((node) => new MemcachedNode(node, deadlineMs, () => this.updateState()));
    // One attempt per call: a second one would exceed the deadline.
    this.client = new Client(this.nodes, { retries: 1, logger: SILENT });
    const select = this.client.server.bind(this.client);
    this.client.server = (key) => this.beginOn(select(key) as MemcachedNode);
    this.calls = new EngineCalls(address.kind, deadlineMs, explainCommandFailure);
  }

  override start(): void {
    for (const node of this.nodes) node.start();
  }

  override close(): void {
    this.client.close();
    this.markClosed();
  }

  protected override get counts(): CallCounts {
    return this.calls.counts;
  }

  override get facts(): EngineFacts {
    const version = this.nodes.find((node) => node.version)?.version ?? null;
    return { kind: 'memcached', version, role: null };
  }

  /**
   * Runs one memjs call within the deadline. `send` must call the client before it returns.
   *
   * @throws {EngineError} if the call does not succeed.
   */
  settle<T>(command: string, send: () => Promise<T>, { deadlineMs }: CallOptions = {}): Promise<T> {
    return this.calls.settle(command, (call) => this.send(call, send), deadlineMs);
  }

  private send<T>(call: Call, send: () => Promise<T>): Promise<T> {
    this.sending = call;
    try {
      return send();
    } finally {
      this.sending = undefined;
    }
  }

  private beginOn(node: MemcachedNode): MemcachedNode {
    if (!node.isUsable) {
      throw new EngineError('refused', 'A Memcached server does not answer, so the call was not sent.');
    }
    if (this.sending) node.begin(this.sending);
    return node;
  }

  private updateState(): void {
    if (!this.nodes.every(({ wasTried }) => wasTried)) return;
    const down = this.nodes.filter(({ isUsable }) => !isUsable);
    if (down.length === this.nodes.length) return this.markDown(explainConnectionFailure(down[0]?.failure));
    const names = down.map(({ address }) => address).join(', ');
    this.markReady(names ? `${names} does not answer. Start it, or correct the URL.` : null);
  }
}

function explainCommandFailure(error: unknown, command: string): EngineError {
  if (error instanceof EngineError) return error;
  // memjs reports Memcached's error statuses only as text.
  return error instanceof Error && error.message.startsWith('MemJS ')
    ? new EngineError('failed', `Memcached answered ${command} with an error.`, { cause: error })
    : new EngineError('unknown', `Memcached did not complete ${command}.`, { cause: error });
}
