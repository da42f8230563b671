/** One server that `npm start` started, as `GET /api/demo/servers` lists it. */
export interface Server {
  name: string;
  kind: 'redis' | 'valkey' | 'memcached' | 'postgres';
  version: string;
  /** Host and port. */
  address: string;
  isEncrypted: boolean;
  /** `stopped`: it was killed or ended by itself. */
  state: 'starting' | 'running' | 'paused' | 'stopped';
  /** From the server itself. Null for PostgreSQL and Memcached, and for a server that does not answer. */
  role: 'primary' | 'replica' | 'sentinel' | null;
  /** How many slots of a cluster it serves. Null outside of a cluster, and for a server that does not answer. */
  slots: number | null;
  /** In the last second. Null for PostgreSQL and Memcached, and for a server that does not answer. */
  usage: { commandsPerSecond: number; memoryBytes: number } | null;
  /** Null: all servers run on one machine, in no zone. */
  zone: null;
}

export type ServerAction = 'kill' | 'pause' | 'resume' | 'restart';
export type ClusterAction = 'add-shard' | 'remove-shard';

/** Response of `POST /api/demo/cluster`: the shard that was added or removed. */
export interface ClusterChange {
  shard: string;
}
