import {
  type ClientKind,
  type ComparedClient,
  CONNECT_TIMEOUT_MS,
  RETRY_MS,
  type Servers,
  TIMEOUT_MS,
} from './compared-client.js';
import { loadOptional } from './optional-package.js';

/** The part of GLIDE that is used. */
interface Glide {
  readonly GlideClient: { createClient(options: object): Promise<GlideCommands> };
  readonly GlideClusterClient: { createClient(options: object): Promise<GlideCommands> };
  readonly Logger: { setLoggerConfig(level: 'off'): void };
}

interface GlideCommands {
  get(key: string): Promise<unknown>;
  incrBy(key: string, amount: number): Promise<unknown>;
  close(): void;
}

/** Opens after 20 errors in a second, and tries again as often as the heartbeat of the engine. */
const BREAKER = {
  windowSizeMs: 1_000,
  minErrors: 20,
  countTimeouts: true,
  openTimeoutMs: 250,
  consecutiveSuccesses: 1,
};

/** GLIDE, which has no Sentinel client (valkey-glide #2761). Undefined if it is not installed. */
export function loadGlide(): ClientKind | undefined {
  const glide = loadOptional('@valkey/valkey-glide') as Glide | undefined;
  return glide && { name: 'valkey-glide', open: (servers) => open(glide, servers) };
}

/** Source: the comments in GLIDE's `BaseClientConfiguration` and `GlideClusterClientConfiguration`. */
async function open(
  { GlideClient, GlideClusterClient, Logger }: Glide,
  { topology, dataAddresses, password }: Servers,
): Promise<ComparedClient> {
  Logger.setLoggerConfig('off');
  const options = {
    // Behind sentinels all data nodes: it looks for the primary among them when it connects, and only then (valkey-glide #5135).
    addresses: dataAddresses,
    credentials: { password },
    requestTimeout: TIMEOUT_MS,
    // The same interval for ever, instead of an exponential one.
    connectionBackoff: { numberOfRetries: 1, factor: RETRY_MS, exponentBase: 1 },
    // Off by default. Otherwise it sends every call to a paused server, which executes them all later.
    clientCircuitBreaker: BREAKER,
    advancedConfiguration: { connectionTimeout: CONNECT_TIMEOUT_MS },
  };
  const client =
    topology === 'cluster'
      ? await GlideClusterClient.createClient({
          ...options,
          // The shortest. Its default is a minute.
          periodicChecks: { duration_in_sec: 1 },
          // 0: reject at once while the client reconnects, instead of sending the requests later.
          recoveryRequestsQueueSize: 0,
        })
      : await GlideClient.createClient(options);
  return {
    get: (key) => client.get(key),
    increment: (key, amount) => client.incrBy(key, amount),
    close: () => client.close(),
  };
}
