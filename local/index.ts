export { type ClusterOptions, type EngineCluster, startCluster } from './cluster/cluster.js';
export { startEngine } from './engines/engine-server.js';
export type { EngineOptions } from './engines/engine-setup.js';
export type { Reply } from './engines/redis-connection.js';
export type { LocalMemcached } from './engines/memcached-node.js';
export type { LocalEngine } from './engines/redis-node.js';
export {
  type ConcernedUsers,
  type Direction,
  type FaultProxy,
  type FaultProxyOptions,
  startFaultProxy,
} from './fault-proxy/fault-proxy.js';
export { type IamCache, type IamCacheOptions, startIamCache } from './iam-cache/iam-cache.js';
export type { EngineKind } from './installation/engine-program.js';
export { EngineUnavailableError } from './installation/ensure-engine.js';
export { type LocalPostgres, type PostgresOptions, startPostgres } from './postgres/postgres-server.js';
export { PROFILE_NAMES, profileNamed, PROFILES } from './profiles/catalog.js';
export type { Profile } from './profiles/profile.js';
export type { ProfileNode, RunningProfile } from './profiles/shapes/running-profile.js';
export { type ProfileOptions, startProfile } from './profiles/start-profile.js';
export type { Exit } from './processes/guarded-process.js';
export type { LocalServer } from './processes/local-server.js';
export type { TlsFiles, TlsOptions } from './security/tls-files.js';
export { type EngineStack, WRITES_NEED_A_REPLICA } from './stacks/engine-stack.js';
export {
  type MemcachedCluster,
  type MemcachedClusterOptions,
  startMemcachedCluster,
} from './stacks/memcached-cluster.js';
export { type SentinelOptions, startSentinel } from './stacks/sentinel.js';
