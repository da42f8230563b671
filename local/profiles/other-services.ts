import { commands, type Profile } from './profile.js';
import { commandNotAllowed, unknownCommand } from './limits/refusal-texts.js';

const REDIS = 'https://redis.io/docs/latest/operate/rs/references/compatibility';

export const OTHER_SERVICES: readonly Profile[] = [
  {
    name: 'redis-cloud',
    service: 'Redis Cloud, a database before version 7.4',
    kinds: ['redis'],
    shape: 'endpoint',
    tls: false,
    access: 'password',
    refused: [
      {
        commands: commands(
          'ACL DELUSER, ACL GENPASS, ACL LOAD, ACL LOG, ACL SAVE, ACL SETUSER, ASKING, BGREWRITEAOF, BGSAVE, CLIENT CACHING, ' +
            'CLIENT GETREDIR, CLIENT NO-EVICT, CLIENT PAUSE, CLIENT REPLY, CLIENT TRACKING, CLIENT TRACKINGINFO, CLIENT UNPAUSE, ' +
            'CLUSTER, CONFIG RESETSTAT, DEBUG, FAILOVER, LASTSAVE, LATENCY DOCTOR, LATENCY GRAPH, LATENCY HISTORY, LATENCY LATEST, ' +
            'LATENCY RESET, MEMORY DOCTOR, MEMORY MALLOC-STATS, MEMORY PURGE, MEMORY STATS, MIGRATE, MODULE LOAD, MODULE LOADEX, ' +
            'MODULE UNLOAD, MOVE, READONLY, READWRITE, REPLCONF, REPLICAOF, RESET, ROLE, SAVE, SELECT, SHUTDOWN, SLAVEOF, SWAPDB, WAIT',
        ),
        // That of CLIENT TRACKING: https://github.com/bezzad/HybridRedisCache/issues/16. Those of the others were not found.
        text: commandNotAllowed,
      },
    ],
    lacks: [
      { what: 'ROLE', cost: 'answers in memory are read again after a second' },
      { what: 'WAIT', cost: 'sign-outs and sign-ins do not wait for a replica' },
    ],
    sources: [
      { fact: 'connection commands', page: `${REDIS}/commands/connection/` },
      { fact: 'WAIT, except in flexible subscriptions', page: `${REDIS}/commands/generic/` },
      { fact: 'ROLE, CONFIG, MEMORY', page: `${REDIS}/commands/server/` },
      {
        fact: 'CLUSTER without the OSS cluster API, READONLY, ASKING',
        page: `${REDIS}/commands/cluster/`,
      },
      { fact: 'CLIENT TRACKING from version 7.4', page: `${REDIS}/client-side-caching/` },
    ],
  },
  {
    name: 'azure',
    service: 'Azure Cache for Redis, without clustering',
    kinds: ['redis'],
    shape: 'endpoint',
    tls: true,
    access: 'password',
    refused: [
      {
        commands: commands(
          'BGREWRITEAOF, BGSAVE, CONFIG, DEBUG, MIGRATE, SAVE, SHUTDOWN, SLAVEOF, REPLICAOF',
        ),
        text: unknownCommand,
      },
      {
        commands: commands(
          'CLUSTER ADDSLOTS, CLUSTER DELSLOTS, CLUSTER FAILOVER, CLUSTER FORGET, CLUSTER MEET, CLUSTER REPLICATE, CLUSTER RESET, CLUSTER SETSLOT',
        ),
        text: unknownCommand,
      },
    ],
    lacks: [{ what: 'CONFIG GET', cost: 'a min-replicas-max-lag that is too long is not reported' }],
    sources: [
      {
        fact: 'commands that are not supported, and their error',
        page: 'https://learn.microsoft.com/azure/azure-cache-for-redis/cache-configure',
      },
    ],
  },
];
