import { setTimeout as wait } from 'node:timers/promises';
import type { EngineStack, LocalServer } from '../index.js';
import type { GuardedProcess } from '../processes/guarded-process.js';
import type { Terminal } from './command-line/terminal.js';

const REVIVE_AFTER_SECONDS = 3;

/** What runs, and how it ends: the app's nodes first, while the servers they drain to still answer. */
export class Stack {
  private readonly servers: { stop(): Promise<void> }[] = [];
  private readonly nodes: GuardedProcess[] = [];
  private readonly interrupted = new AbortController();

  constructor(private readonly terminal: Terminal) {}

  get stopping(): boolean {
    return this.interrupted.signal.aborted;
  }

  addServer(part: string, server: LocalServer): void {
    this.servers.push(server);
    this.keepAlive(part, server.name, server);
  }

  /** Each node by itself: one that comes back joins the others as a replica. */
  addEngines(part: string, engines: EngineStack): void {
    this.servers.push(engines);
    for (const [name, node] of engines.nodes) this.keepAlive(part, name, node);
  }

  addNode(node: GuardedProcess): void {
    this.nodes.push(node);
  }

  /** Resolves when a node ends that was not told to. */
  nodeGone(node: GuardedProcess): Promise<string> {
    return new Promise((resolve) => {
      const tell = ({ text }: { text: string }): void => {
        if (!this.stopping) resolve(`(pid ${node.pid}) ${text}`);
      };
      void node.exited.then(tell);
    });
  }

  async stop(): Promise<void> {
    this.interrupted.abort();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  /** Whoever kills a server can watch the app degrade and recover. */
  private keepAlive(part: string, name: string, server: LocalServer): void {
    server.onUnexpectedExit((exit) => {
      const say = (text: string): void => this.terminal.part(part, `${name} ${text}`);
      say(`(pid ${server.pid}) ${exit.text}; starting it again in ${REVIVE_AFTER_SECONDS} s`);
      void this.revive(server, say);
    });
  }

  private async revive(server: LocalServer, say: (text: string) => void): Promise<void> {
    while (!this.stopping) {
      try {
        await wait(REVIVE_AFTER_SECONDS * 1000, undefined, { signal: this.interrupted.signal });
        await server.restart();
        say(`is back (pid ${server.pid})`);
        return;
      } catch (error) {
        if (!this.stopping)
          say(`did not start: ${(error as Error).message}; again in ${REVIVE_AFTER_SECONDS} s`);
      }
    }
  }
}
