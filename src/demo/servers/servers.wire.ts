/** One server that `npm start` started, as `GET /api/demo/servers` lists it. */
export interface Server {
  name: string;
  /** `app`: a node of this application. It can only be restarted. */
  kind: 'redis' | 'valkey' | 'memcached' | 'postgres' | 'app';
  /** For a node of this application, that of Node.js. */
  version: string;
  /** Host and port. */
  address: string;
  isEncrypted: boolean;
  /** `stopped`: it was killed or ended by itself. */
  state: 'starting' | 'running' | 'paused' | 'stopped';
  /** From the server itself. Null for app nodes, PostgreSQL and Memcached, and for a server that does not answer. */
  role: 'primary' | 'replica' | 'sentinel' | null;
  /** How many slots of a cluster it serves. Null outside of a cluster, and for a server that does not answer. */
  slots: number | null;
  /** In the last second. Null for PostgreSQL and Memcached, and for a server that does not answer. */
  usage: { commandsPerSecond: number; memoryBytes: number } | null;
  /** Servers that fail together. Null for one that has no other to take its place. */
  zone: Zone | null;
}

/** What happened to a server. */
export interface ServerEvent {
  kind: 'killed' | 'paused' | 'resumed' | 'restarted' | 'promoted' | 'demoted' | 'added' | 'removed';
  name: string;
  /** The last known role before the event. */
  role: Server['role'];
  /** When a list of the servers showed it, in milliseconds since the epoch. */
  at: number;
}

export type ServerAction = 'kill' | 'pause' | 'resume' | 'restart';
export type Zone = 'a' | 'b' | 'c';
export type ZoneAction = 'cut' | 'restore';
export type ClusterAction = 'add-shard' | 'remove-shard';

/** Response of `POST /api/demo/cluster`: the shard that was added or removed. */
export interface ClusterChange {
  shard: string;
}
