/** The kind of the servers. */
export type EngineKind = 'redis' | 'valkey' | 'memcached';

/** How the servers are arranged. Memcached is `standalone`, or `discovery` if a configuration endpoint names its nodes. */
export type EngineTopology = 'standalone' | 'sentinel' | 'cluster' | 'discovery';

/** `ready`: calls can be sent to at least one server. */
export type EngineState = 'connecting' | 'ready' | 'down';

/** What an engine's servers report about themselves. */
export interface EngineFacts {
  kind: EngineKind;
  /** Null before the first connection, and if the servers refuse INFO. */
  version: string | null;
  /** The role of the servers that calls are sent to. Null while there is none, and for Memcached. */
  role: 'primary' | null;
}

/** A command that the servers refuse: the user may not use it, or they do not have it. */
export interface MissingCommand {
  /** For example `ROLE` or `CONFIG GET`. */
  command: string;
  /** What does not work without it, in one sentence. */
  cost: string;
  /** What to do, in one sentence. */
  remedy: string;
  /** Whether a role cannot work at all without it. */
  isRequired: boolean;
}

/** The health of one engine, and the roles that use it. */
export interface EngineReport {
  /** For example `sessions` and `leaderboard`. */
  roles: string[];
  kind: EngineKind;
  topology: EngineTopology;
  version: string | null;
  /** The role of the servers that calls are sent to. Null while there is none, and for Memcached. */
  role: 'primary' | null;
  state: EngineState;
  /** `open` while calls are refused at once, even if only those to one shard. */
  breaker: 'open' | 'closed';
  /** Why the engine is not ready, or what is missing, and what to do. Null if all is well. */
  reason: string | null;
  /** Whether a server refuses writes (OOM, MISCONF, NOREPLICAS, LOADING). `reason` says why. */
  refusesWrites: boolean;
  /** Server settings that should be changed, or a configuration endpoint that is down, and what that costs. Null if none are known. */
  advice: string | null;
  /** Commands that the servers refuse, and what that costs. Empty for Memcached. */
  missingCommands: MissingCommand[];
}
