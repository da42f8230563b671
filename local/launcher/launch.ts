import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import {
  type EngineCluster,
  type EngineKind,
  type EngineStack,
  type LocalServer,
  startCluster,
  type RunningProfile,
  startEngine,
  startPostgres,
  startProfile,
  startSentinel,
  WRITES_NEED_A_REPLICA,
} from '../index.js';
import { ensureEngine } from '../installation/ensure-engine.js';
import { tryLock } from '../machine/lock.js';
import { AppNode } from './app/app-node.js';
import { appEnvironment, type ServerUrls } from './app/app-nodes.js';
import { buildStale, SERVER } from './app/build.js';
import { answerApp } from './controls/app-requests.js';
import { ServerControls } from './controls/server-controls.js';
import { checkDataFolder, checkPorts } from './checks.js';
import type { StartOptions } from './command-line/options.js';
import type { Dataset, Project } from './project.js';
import type { Stack } from './stack.js';
import type { Terminal } from './command-line/terminal.js';

/** ElastiCache closes a connection 12 hours after it signed in with IAM. That is too long to watch. */
const CONNECTION_SECONDS = 300;

type RedisLike = Exclude<EngineKind, 'memcached'>;

export interface Launch extends Omit<Project, 'dataset'> {
  readonly dataset?: Dataset | undefined;
  readonly stack: Stack;
  readonly terminal: Terminal;
}

/** Starts everything. Resolves with a description when an app node ends by itself. */
export async function launch(options: StartOptions, project: Launch): Promise<string> {
  const parts = new Parts(options, project);
  await checkPorts(options.port, options.nodes);
  const folder = options.databaseUrl ? undefined : await parts.dataFolder();
  const kinds = await parts.installedEngines();
  const [database, engine, cacheEngine] = await Promise.all([
    parts.database(folder),
    options.engineUrl ?? parts.engine(kinds.main),
    kinds.cache ? parts.cacheEngine() : options.cacheEngineUrl,
    parts.build(),
  ]);
  return parts.app({ database, engine, cacheEngine });
}

/** One method for each part of the stack. Each prints one line about its part. */
class Parts {
  private readonly root: string;
  private readonly stack: Stack;
  private readonly terminal: Terminal;
  private readonly controls: ServerControls;

  constructor(
    private readonly options: StartOptions,
    private readonly project: Launch,
  ) {
    this.root = realpathSync(project.root);
    this.stack = project.stack;
    this.terminal = project.terminal;
    this.controls = new ServerControls(this.stack, (line) => this.terminal.part('console', line));
  }

  /** The first of .data/1, .data/2, ... that no other running stack of this project uses. */
  async dataFolder(): Promise<string> {
    const data = join(this.root, '.data');
    let slot = 1;
    while (!(await tryLock(`${data} slot ${slot}`))) slot += 1;
    const folder = join(data, `${slot}`);
    if (slot > 1) this.terminal.part('data', `another stack is running, so this one uses .data/${slot}`);
    await checkDataFolder(folder, this.project.dataset);
    return folder;
  }

  /** Installs the engines if necessary. `cache` is undefined when no separate cache engine is started. */
  async installedEngines(): Promise<{ main: RedisLike; cache: EngineKind | undefined }> {
    const { engine, engineUrl } = this.options;
    const notify = (line: string): void => this.terminal.line(line);
    const mains: RedisLike[] = engine && engine !== 'memcached' ? [engine] : ['valkey', 'redis'];
    const found = engineUrl ? undefined : (await ensureEngine(mains, notify)).kind;
    const main = found === 'redis' ? 'redis' : 'valkey';
    const cache = engine === 'memcached' ? (await ensureEngine([engine], notify)).kind : undefined;
    return { main, cache };
  }

  async engine(kind: RedisLike): Promise<string> {
    const { topology, tls, profile } = this.options;
    if (profile?.kinds.includes(kind)) return this.profile('engine', profile.name, kind);
    if (topology === 'standalone') return this.started('engine', await startEngine(kind, { tls }));
    const started = Date.now();
    const options = { tls, settings: WRITES_NEED_A_REPLICA };
    // After a failover the promoted replica needs another replica. In the cluster it waits until the killed node has restarted.
    const engines =
      topology === 'sentinel'
        ? await startSentinel(kind, { ...options, replicas: 2 })
        : await startCluster(kind, options);
    return this.startedStack(engines, `started in ${seconds(started)}`);
  }

  async cacheEngine(): Promise<string> {
    const { profile } = this.options;
    if (profile) return this.profile('cache', profile.name, 'memcached');
    return this.started('cache', await startEngine('memcached'));
  }

  /** Resolves with its URL when the dataset is loaded. */
  async database(folder: string | undefined): Promise<string> {
    const url = this.options.databaseUrl ?? (await this.postgres(join(folder ?? '', 'postgres')));
    const { dataset } = this.project;
    if (!dataset) return url;
    const result = await dataset.load({
      root: this.root,
      databaseUrl: url,
      onProgress: (progress) => this.terminal.progress(dataset.name, progress),
    });
    this.terminal.endProgress();
    this.terminal.part(dataset.name, result);
    return url;
  }

  async build(): Promise<void> {
    const started = Date.now();
    const print = (text: string): void => this.terminal.part('build', text);
    const targets = this.project.targets.filter((target) => target !== SERVER || !this.options.watch);
    const built = await buildStale(this.root, targets, (name) => print(`building the ${name}`));
    if (built.length > 0) print(`${built.join(' and ')} built in ${seconds(started)}`);
  }

  async app(urls: ServerUrls): Promise<string> {
    const environment = appEnvironment(urls, process.env);
    const ports = Array.from({ length: this.options.nodes }, (_, index) => this.options.port + index);
    const name = (index: number): string => (ports.length === 1 ? 'app' : `app-${index + 1}`);
    const nodes = await Promise.all(ports.map((port, index) => this.node(name(index), port, environment)));
    return Promise.race(nodes.map(({ end }) => end));
  }

  /** Wrapped in an object, because `await` would also wait for an inner promise. */
  private async node(
    name: string,
    port: number,
    environment: NodeJS.ProcessEnv,
  ): Promise<{ end: Promise<string> }> {
    const node = await AppNode.start(port, {
      root: this.root,
      watch: this.options.watch,
      debug: this.options.debug,
      environment,
      onLine: (line) => void this.print(line, port),
      onMessage: (message) => answerApp(this.controls, message),
    });
    this.stack.addNode(name, node);
    this.terminal.part('app', `node on port ${port}  pid ${node.pid}`);
    const named = (how: string): string => `The app node on port ${port} ${how}`;
    return { end: this.stack.nodeExit(node).then(named) };
  }

  private async print(line: string, port: number): Promise<void> {
    if (line.startsWith('ready ')) await this.project.warmUp?.(port);
    this.terminal.line(line);
  }

  private async postgres(directory: string): Promise<string> {
    const server = await startPostgres({
      directory,
      onNotice: (line) => this.terminal.part('database', line),
    });
    const inside = relative(this.root, server.directory);
    return this.started('database', server, `  data ${inside.startsWith('..') ? server.directory : inside}`);
  }

  private started(part: string, server: LocalServer, more = ''): string {
    this.terminal.part(
      part,
      `${server.name} ${server.version}  ${withoutPassword(server.url)}  pid ${server.pid}${more}`,
    );
    this.stack.addServer(part, server);
    return server.url;
  }

  private async profile(part: string, name: string, kind: EngineKind): Promise<string> {
    const started = Date.now();
    const running = await startProfile(name, { kind, connectionSeconds: CONNECTION_SECONDS });
    const { service, lacks } = running.profile;
    const missing = lacks.map(({ what }) => what).join(', ') || 'nothing that the application needs';
    this.terminal.part('profile', `${name}: as ${service}. It lacks: ${missing}`);
    return this.startedStack(running, `started in ${seconds(started)}`, part);
  }

  private startedStack(engines: EngineStack | RunningProfile, how: string, part = 'engine'): string {
    this.terminal.part(part, `${withoutPassword(engines.url)}  ${how}`);
    const nodes = [...engines.nodes].toSorted(([one], [other]) => (one < other ? -1 : 1));
    for (const [name, node] of nodes) {
      const { port, pid } = node;
      this.terminal.part(part, `${name}  ${node.name} ${node.version}  port ${port}  pid ${pid}`);
    }
    this.stack.addEngines(part, engines, clusterOf(engines));
    return engines.url;
  }
}

/** Undefined when the engine has no shards. */
function clusterOf(engines: EngineStack | EngineCluster | RunningProfile): EngineCluster | undefined {
  if ('addShard' in engines) return engines;
  return 'cluster' in engines ? engines.cluster : undefined;
}

/** `new URL()` does not accept several hosts. */
function withoutPassword(url: string): string {
  return url.replace(/(?<=^[^/]+:\/\/[^/@:]*):[^/@]*(?=@)/, '');
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
