import { setTimeout as wait } from 'node:timers/promises';
import type { EngineCluster, LocalServer } from '../index.js';
import { type Zone, zoneOf } from '../stacks/zones.js';
import type { AppNode } from './app/app-node.js';
import type { Terminal } from './command-line/terminal.js';

const RESTART_AFTER_SECONDS = 3;

interface Engines {
  readonly nodes: ReadonlyMap<string, LocalServer>;
  stop(): Promise<void>;
}

/** What can be done with a server. An app node can only be restarted. */
export type ControlledServer = Pick<LocalServer, 'name' | 'version' | 'port' | 'state' | 'restart'> &
  Partial<Pick<LocalServer, 'kill' | 'pause' | 'resume'>>;

/** A server and the name that is unique among all servers of the stack. */
export interface NamedServer {
  readonly name: string;
  readonly server: ControlledServer;
  readonly isClusterNode: boolean;
  /** Null for a server that has no other to take its place. */
  readonly zone: Zone | null;
}

/** The running processes. The app nodes stop first, because they need the servers to complete their requests. */
export class Stack {
  private readonly servers: { stop(): Promise<void> }[] = [];
  /** Reads the list at each call, because a cluster grows and shrinks. */
  private readonly lists: (() => NamedServer[])[] = [];
  private readonly keptAlive = new WeakSet<LocalServer>();
  private readonly nodes: AppNode[] = [];
  private readonly interrupted = new AbortController();

  /** Undefined unless the engine is a cluster. */
  cluster: EngineCluster | undefined;

  constructor(private readonly terminal: Terminal) {}

  get stopping(): boolean {
    return this.interrupted.signal.aborted;
  }

  addServer(part: string, server: LocalServer): void {
    this.servers.push(server);
    this.lists.push(() => [{ name: part, server, isClusterNode: false, zone: null }]);
    this.keepAlive(part, server.name, server);
  }

  /** Restarts each node on its own. A restarted one joins the others as a replica. */
  addEngines(part: string, engines: Engines, cluster?: EngineCluster): void {
    this.servers.push(engines);
    this.cluster ??= cluster;
    this.lists.push(() =>
      [...engines.nodes].map(([node, server]) => {
        this.keepAlive(part, node, server);
        const name = part === 'engine' ? node : `${part}-${node}`;
        return {
          name,
          server,
          isClusterNode: cluster !== undefined,
          zone: engines.nodes.size > 1 ? zoneOf(node) : null,
        };
      }),
    );
    this.named();
  }

  /** All servers. A node that has joined since is kept alive from now on. */
  named(): NamedServer[] {
    return this.lists.flatMap((list) => list());
  }

  addNode(name: string, node: AppNode): void {
    this.nodes.push(node);
    this.lists.push(() => [{ name, server: node, isClusterNode: false, zone: null }]);
  }

  /** Resolves with a description when an app node ends although it is not being stopped. */
  nodeExit(node: AppNode): Promise<string> {
    return new Promise((resolve) => {
      node.onUnexpectedExit(({ text }) => {
        if (!this.stopping) resolve(`(pid ${node.pid}) ${text}`);
      });
    });
  }

  async stop(): Promise<void> {
    this.interrupted.abort();
    await Promise.all(this.nodes.map((node) => node.stop()));
    await Promise.all(this.servers.map((server) => server.stop()));
  }

  /** Restarts a server that was killed. Users can watch the app degrade and recover. */
  private keepAlive(part: string, name: string, server: LocalServer): void {
    if (this.keptAlive.has(server)) return;
    this.keptAlive.add(server);
    server.onUnexpectedExit((exit) => {
      const print = (text: string): void => this.terminal.part(part, `${name} ${text}`);
      print(`(pid ${server.pid}) ${exit.text}. Restarting it in ${RESTART_AFTER_SECONDS} s`);
      void this.restart(server, print);
    });
  }

  private async restart(server: LocalServer, print: (text: string) => void): Promise<void> {
    while (!this.stopping) {
      try {
        await wait(RESTART_AFTER_SECONDS * 1000, undefined, { signal: this.interrupted.signal });
        // Somebody else has restarted it, with the console.
        if (server.state !== 'stopped') return;
        await server.restart();
        print(`is running again (pid ${server.pid})`);
        return;
      } catch (error) {
        if (!this.stopping)
          print(`did not start: ${(error as Error).message} Trying again in ${RESTART_AFTER_SECONDS} s`);
      }
    }
  }
}
