import { Client } from 'memjs';
import type { EngineAddress } from './address/engine-url.js';
import { type Call, type CallCounts, type CallOptions, EngineCalls } from './calls/engine-calls.js';
import { EngineBase } from './engine-base.js';
import { EngineError } from './engine.errors.js';
import type { EngineFacts } from './engine.wire.js';
import { MemcachedNode } from './servers/memcached-node.js';
import { explainConnectionFailure } from './connecting/connection-failure.js';

const SILENT = { log: () => undefined };

/** Memcached, one node or several (keys are spread by memjs' hash). A node that does not answer costs its own keys only. */
export class MemcachedEngine extends EngineBase {
  /** The bare client: send through {@link settle}, and only keys of at most 250 printable bytes. */
  readonly client: Client;
  private readonly calls: EngineCalls;
  private readonly nodes: MemcachedNode[];
  /** The one that is being sent: memjs chooses its node meanwhile. */
  private sending: Call | undefined;

  constructor(address: EngineAddress, deadlineMs: number) {
    super(address);
    this.nodes = address.nodes.map((node) => new MemcachedNode(node, deadlineMs, () => this.updateState()));
    // One try per call: a second would outlast the deadline.
    this.client = new Client(this.nodes, { retries: 1, logger: SILENT });
    const choose = this.client.server.bind(this.client);
    this.client.server = (key) => this.requireUsable(choose(key) as MemcachedNode);
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

  /** Runs one memjs call, begun before `send` returns, within the deadline; rejects with {@link EngineError}. */
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

  private requireUsable(node: MemcachedNode): MemcachedNode {
    if (!node.isUsable) {
      throw new EngineError('refused', 'A Memcached server does not answer, so the call was not sent.');
    }
    if (this.sending) node.begin(this.sending);
    return node;
  }

  private updateState(): void {
    if (!this.nodes.every(({ wasTried }) => wasTried)) return;
    const silent = this.nodes.filter(({ isUsable }) => !isUsable);
    if (silent.length === this.nodes.length)
      return this.markDown(explainConnectionFailure(silent[0]?.failure));
    // The other nodes' keys are as good as ever.
    const names = silent.map(({ address }) => address).join(', ');
    this.markReady(names ? `${names} does not answer. Start it, or correct the URL.` : null);
  }
}

function explainCommandFailure(error: unknown, command: string): EngineError {
  if (error instanceof EngineError) return error;
  // What Memcached answers besides values reaches us as text only.
  return error instanceof Error && error.message.startsWith('MemJS ')
    ? new EngineError('failed', `Memcached answered ${command} with an error.`, { cause: error })
    : new EngineError('unknown', `Memcached did not complete ${command}.`, { cause: error });
}
