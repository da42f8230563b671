import type { EngineCluster } from '../../cluster/cluster.js';
import type { LocalEngine } from '../../engines/redis-node.js';
import type { LocalServer } from '../../processes/local-server.js';
import type { TlsFiles } from '../../security/tls-files.js';
import type { MemcachedCluster } from '../../stacks/memcached-cluster.js';
import type { AccessOptions } from '../../security/access.js';
import type { ServiceProxy } from '../limits/service-proxy.js';
import type { Profile } from '../profile.js';

/** A real engine with the limits of a managed service. Nothing of it outlives this process. */
export interface RunningProfile extends RunningShape {
  readonly profile: Profile;
  /** The names of the commands that the service refused, in order. */
  readonly refused: readonly string[];
  /** Closes all connections, as the service does when they are too old. */
  disconnect(): void;
}

/** A real server. `command` sends one as the administrator; Memcached has none. */
export type ProfileNode = LocalServer & Partial<Pick<LocalEngine, 'command'>>;

export interface RunningShape {
  /** For the application. It stays the same when nodes fail, are promoted or replaced. */
  readonly url: string;
  readonly tls: TlsFiles | undefined;
  /** The real servers, with their own ports and faults, by name: `primary`, `replica-1`, or `shard-1`, ... */
  readonly nodes: ReadonlyMap<string, ProfileNode>;
  /** To add and remove shards. Shapes with nodes in shards only. */
  readonly cluster?: EngineCluster;
  /** To add and remove nodes. Memcached with discovery only. */
  readonly memcached?: MemcachedCluster;
  /** The name of the current primary. A cluster has one for each shard. */
  primaryNow(shard?: string): Promise<string>;
  /** A planned failover to a replica. Resolves when the service's address leads to the new primary. */
  failover(shard?: string): Promise<void>;
  /** Another process takes the place of a node, behind the same name, and copies the data. A primary fails over first. */
  replaceNode(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** What all shapes need to start. */
export interface ShapeOptions {
  readonly profile: Profile;
  readonly access: AccessOptions;
  readonly replicas: number;
  /** Starts a proxy with the limits of the profile. */
  readonly startProxy: (target: number, tls: TlsFiles | undefined) => Promise<ServiceProxy>;
}

/** For shapes that have no replicas. */
export function noReplica(profile: Profile): Promise<never> {
  const remedy = profile.kinds.includes('memcached') ? 'Memcached has none' : 'start it with { replicas: 1 }';
  return Promise.reject(new Error(`${profile.name} was started without replicas: ${remedy}.`));
}
