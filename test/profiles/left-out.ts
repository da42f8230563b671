import type { Profile } from '../../local/index.js';

/** A part of the modules' suites that does not run on profiles, and why. */
interface LeftOut {
  /** Below test/e2e, without the ending of spec files. */
  readonly files: string;
  readonly reason: string;
  /** Default: on all profiles. */
  readonly on?: (profile: Profile) => boolean;
}

const isCluster = ({ shape }: Profile) => shape === 'cluster' || shape === 'virtual-node';
const isMemcached = ({ kinds }: Profile) => kinds.includes('memcached');

const LEFT_OUT: readonly LeftOut[] = [
  {
    files: '{sessions,leaderboard}/**/*',
    reason: 'Memcached is for the query cache alone',
    on: isMemcached,
  },
  {
    files: 'sessions/engine/{failover,replicas,undone,time-in-scripts}',
    reason: 'starts its own Sentinel, cluster or profile. Failovers of profiles: test/e2e/local/profiles',
  },
  {
    files: 'query-cache/{lease,undone,outages}',
    reason: 'starts its own servers, to hurt them. Failovers of profiles: test/e2e/local/profiles',
  },
  { files: 'leaderboard/sync/many-boards', reason: 'starts its own cluster' },
  {
    files: 'sessions/engine/refused-writes',
    reason: 'changes settings of the server, such as maxmemory and dir',
  },
  {
    files: 'query-cache/{refused-pushes,unconfirmed}',
    reason: 'changes the rights of the user "default". The user of a profile is another one',
  },
  {
    files: '{sessions/races/races,leaderboard/sync/lost-sets}',
    reason:
      'writes to the server with a client of its own, which knows neither the certificates nor the names',
  },
  {
    files: 'query-cache/foreign-content',
    reason: 'writes lists and sets, for which the roles have no rights',
    on: ({ access }) => access === 'roles',
  },
  {
    files: 'sessions/engine/commands',
    reason: 'counts the commands of a request, which differ in a cluster and where scripts may not use TIME',
    on: isCluster,
  },
  {
    files: '{sessions/engine/cut-off,leaderboard/sync/killed}',
    reason: 'puts a fault proxy in front of one address. In a cluster, the nodes announce their own',
    on: isCluster,
  },
];

/** Globs of the files that do not run on a profile, with the reasons. */
export function leftOut(profile: Profile): { glob: string; reason: string }[] {
  return LEFT_OUT.filter(({ on }) => on?.(profile) ?? true).map(({ files, reason }) => ({
    glob: `test/e2e/${files}.e2e-spec.ts`,
    reason,
  }));
}
