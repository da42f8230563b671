import { commands, type Lack, type Profile, type Source } from './profile.js';
import { unknownCommand, unknownCommandWithoutQuotes, unknownSubcommand } from './limits/refusal-texts.js';

const GUIDE = 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg';
const COMMANDS: Source = {
  fact: 'supported and restricted commands',
  page: `${GUIDE}/SupportedCommands.html`,
};
const ACCESS: Source = {
  fact: 'users with access strings, TLS required',
  page: `${GUIDE}/Clusters.RBAC.html`,
};
const IAM: Source = {
  fact: 'a connection that signed in with IAM is closed after 12 hours',
  page: `${GUIDE}/auth-iam.html`,
};
const TWELVE_HOURS = 12 * 60 * 60;

const NO_CONFIG: Lack = {
  what: 'CONFIG GET',
  cost: 'a min-replicas-max-lag that is too long is not reported',
};

/** The text of CONFIG: https://github.com/oliver006/redis_exporter/issues/905 */
const RESTRICTED = {
  commands: commands('BGREWRITEAOF, BGSAVE, CONFIG, DEBUG, MIGRATE, REPLICAOF, SAVE, SLAVEOF, SHUTDOWN'),
  text: unknownCommand,
};
/** The text of CLIENT TRACKING, on Redis OSS 7.1 with nodes: https://github.com/redis/rueidis/issues/612. PSYNC and SYNC are left to the access string. */
const RESTRICTED_SUBCOMMANDS = {
  commands: commands(
    'ACL SETUSER, ACL LOAD, ACL SAVE, ACL DELUSER, CLUSTER ADDSLOTS, CLUSTER ADDSLOTSRANGE, CLUSTER BUMPEPOCH, CLUSTER DELSLOTS, ' +
      'CLUSTER DELSLOTSRANGE, CLUSTER FAILOVER, CLUSTER FLUSHSLOTS, CLUSTER FORGET, CLUSTER LINKS, CLUSTER MEET, CLUSTER SETSLOT',
  ),
  text: unknownSubcommand,
};
const TRACKING = { commands: commands('CLIENT TRACKING'), text: unknownSubcommand };

/** The texts of PSUBSCRIBE and MEMORY: https://github.com/spring-projects/spring-data-redis/issues/2815 and repost.aws. */
const RESTRICTED_SERVERLESS = {
  commands: commands(
    'COMMANDLOG, FCALL, FCALL_RO, FUNCTION, KEYS, LASTSAVE, LATENCY, MEMORY, MONITOR, MOVE, OBJECT, PFDEBUG, PFSELFTEST, PSUBSCRIBE, ' +
      'PUNSUBSCRIBE, SLOWLOG, SWAPDB, WAIT',
  ),
  text: unknownCommandWithoutQuotes,
};
/** Their texts were not found. These are those of the same engine on nodes. */
const RESTRICTED_SERVERLESS_SUBCOMMANDS = {
  commands: commands(
    'ACL LOG, CLIENT CACHING, CLIENT GETREDIR, CLIENT ID, CLIENT INFO, CLIENT KILL, CLIENT LIST, CLIENT NO-EVICT, CLIENT PAUSE, ' +
      'CLIENT TRACKING, CLIENT TRACKINGINFO, CLIENT UNBLOCK, CLIENT UNPAUSE, CLUSTER COUNT-FAILURE-REPORTS, PUBSUB NUMPAT, SCRIPT KILL',
  ),
  text: unknownSubcommand,
};

const ON_NODES = {
  kinds: ['valkey', 'redis'],
  tls: true,
  access: 'roles',
  refused: [RESTRICTED, RESTRICTED_SUBCOMMANDS, TRACKING],
  connectionSeconds: TWELVE_HOURS,
  lacks: [NO_CONFIG],
} as const satisfies Partial<Profile>;

export const ELASTICACHE: readonly Profile[] = [
  {
    name: 'elasticache',
    service: 'ElastiCache on nodes, cluster mode disabled',
    ...ON_NODES,
    shape: 'endpoint',
    sources: [
      COMMANDS,
      ACCESS,
      IAM,
      { fact: 'the primary endpoint is a name', page: `${GUIDE}/Endpoints.html` },
    ],
  },
  {
    name: 'elasticache-cluster',
    service: 'ElastiCache on nodes, cluster mode enabled',
    ...ON_NODES,
    shape: 'cluster',
    sources: [
      COMMANDS,
      ACCESS,
      IAM,
      { fact: 'configuration endpoint, nodes with names', page: `${GUIDE}/Endpoints.html` },
    ],
  },
  {
    name: 'elasticache-serverless',
    service: 'ElastiCache Serverless for Valkey and Redis OSS',
    kinds: ['valkey', 'redis'],
    shape: 'virtual-node',
    tls: true,
    access: 'roles',
    refused: [RESTRICTED, RESTRICTED_SUBCOMMANDS, RESTRICTED_SERVERLESS, RESTRICTED_SERVERLESS_SUBCOMMANDS],
    // Reported in 2024, not in AWS' documentation: https://github.com/cristipufu/aspnetcore-redis-rate-limiting/issues/154
    refusedInScripts: ['TIME'],
    mostArguments: 3_999,
    connectionSeconds: TWELVE_HOURS,
    lacks: [
      NO_CONFIG,
      { what: 'WAIT', cost: 'sign-outs and sign-ins do not wait for a replica' },
      { what: 'MEMORY USAGE', cost: 'the memory of a board is unknown' },
      {
        what: 'TIME in scripts',
        cost: 'nothing: scripts of sessions read the time from the expiry of a key',
      },
    ],
    sources: [
      COMMANDS,
      ACCESS,
      IAM,
      {
        fact: 'one virtual node owns all slots; at most 3,999 arguments',
        page: `${GUIDE}/RedisConfiguration.html`,
      },
    ],
  },
  {
    name: 'elasticache-serverless-memcached',
    service: 'ElastiCache Serverless for Memcached',
    kinds: ['memcached'],
    shape: 'endpoint',
    tls: true,
    access: 'none',
    refused: [],
    lacks: [],
    sources: [{ fact: 'TLS only, text protocol only, commands', page: COMMANDS.page }],
  },
  {
    name: 'elasticache-memcached',
    service: 'ElastiCache for Memcached on nodes',
    kinds: ['memcached'],
    shape: 'discovery',
    tls: true,
    access: 'none',
    refused: [],
    lacks: [],
    sources: [
      { fact: 'config get cluster', page: `${GUIDE}/AutoDiscovery.AddingToYourClientLibrary.html` },
      { fact: 'TLS is optional, and cannot be added later', page: `${GUIDE}/in-transit-encryption-mc.html` },
    ],
  },
];
