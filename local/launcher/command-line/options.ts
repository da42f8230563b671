import { parseArgs } from 'node:util';
import { type EngineKind, type Profile, PROFILE_NAMES, PROFILES } from '../../index.js';

const PROFILE_LINES = PROFILES.map(({ name, service }) => `${' '.repeat(38)}${name}: ${service}`);

export const HELP = `npm start -- [options]

Starts the app, an in-memory engine and PostgreSQL on this machine. Ctrl-C stops all of them.

  --engine valkey|redis|memcached   the engine (default: valkey, or redis if only that is installed).
                                    memcached is for the query cache; sessions and leaderboards use
                                    Valkey or Redis beside it
  --topology standalone|sentinel|cluster
                                    of Valkey or Redis: one node (default), a primary with two replicas
                                    and three sentinels, or three shards with a replica each
  --tls                             TLS for Valkey or Redis, with new certificates
  --as PROFILE                      the engine with the limits of a managed service, in its topology:
${PROFILE_LINES.join('\n')}
  --nodes 1-8                       app nodes on the same servers, from PORT upwards (default: 1)
  --watch                           restart the app when its source changes
  --debug                           like --watch, with the Node.js inspector on 127.0.0.1:9229
  --help

Environment variables, also read from .env in the project folder:
  PORT=3000             port of the first app node
  DATABASE_URL, ENGINE_URL, CACHE_ENGINE_URL   your own servers, used instead of starting them`;

/** A mistake in the command line or the environment. The message is one sentence. */
export class UsageError extends Error {}

export interface StartOptions {
  readonly help: boolean;
  readonly engine: EngineKind | undefined;
  readonly topology: Topology;
  readonly tls: boolean;
  readonly profile: Profile | undefined;
  readonly nodes: number;
  readonly watch: boolean;
  /** Implies `watch`, because the inspector needs a current build. */
  readonly debug: boolean;
  readonly port: number;
  readonly databaseUrl: string | undefined;
  readonly engineUrl: string | undefined;
  readonly cacheEngineUrl: string | undefined;
}

export type Topology = 'standalone' | 'sentinel' | 'cluster';

const TOPOLOGIES: readonly string[] = ['standalone', 'sentinel', 'cluster'] satisfies Topology[];
const ENGINES: readonly string[] = ['valkey', 'redis', 'memcached'] satisfies EngineKind[];

const HIGHEST_PORT = 65_535;
const MOST_NODES = 8;

/**
 * Parses the command line and the environment.
 *
 * @throws UsageError
 */
export function readOptions(args: readonly string[], environment: NodeJS.ProcessEnv): StartOptions {
  const values = parse(args);
  if (values.engine !== undefined && !ENGINES.includes(values.engine)) {
    throw new UsageError(`--engine must be one of ${ENGINES.join(', ')}, not "${values.engine}".`);
  }
  if (values.topology !== undefined && !TOPOLOGIES.includes(values.topology)) {
    throw new UsageError(`--topology must be one of ${TOPOLOGIES.join(', ')}, not "${values.topology}".`);
  }
  const nodes = wholeNumber('--nodes', values.nodes ?? '1', 1, MOST_NODES);
  const debug = values.debug ?? false;
  const watch = debug || (values.watch ?? false);
  if (watch && nodes > 1) throw new UsageError('--watch and --debug support one node only. Remove --nodes.');
  const profile = readProfile(values);
  const options = {
    help: values.help ?? false,
    engine: (values.engine as EngineKind | undefined) ?? engineOf(profile),
    topology: (values.topology ?? 'standalone') as Topology,
    tls: values.tls ?? false,
    profile,
    nodes,
    watch,
    debug,
    port: wholeNumber('PORT', environment['PORT'] || '3000', 1, HIGHEST_PORT - nodes + 1),
    // `NAME=` in .env counts as unset.
    databaseUrl: environment['DATABASE_URL'] || undefined,
    engineUrl: environment['ENGINE_URL'] || undefined,
    cacheEngineUrl: environment['CACHE_ENGINE_URL'] || undefined,
  };
  refuseTwoEngines(options);
  return options;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        engine: { type: 'string' },
        nodes: { type: 'string' },
        topology: { type: 'string' },
        tls: { type: 'boolean' },
        as: { type: 'string' },
        watch: { type: 'boolean' },
        debug: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }).values;
  } catch (error) {
    // The first sentence names the option. The rest is about positional arguments, which do not exist here.
    throw new UsageError(`${(error as Error).message.split('. ')[0]}. See npm start -- --help.`);
  }
}

interface ProfileValues {
  readonly as?: string | undefined;
  readonly engine?: string | undefined;
  readonly topology?: string | undefined;
  readonly tls?: boolean | undefined;
}

function readProfile({ as, engine, topology, tls }: ProfileValues): Profile | undefined {
  if (as === undefined) return undefined;
  const profile = PROFILES.find(({ name }) => name === as);
  if (!profile) throw new UsageError(`--as must be one of ${PROFILE_NAMES.join(', ')}, not "${as}".`);
  const kinds: readonly string[] = profile.kinds;
  if (engine !== undefined && !kinds.includes(engine)) {
    throw new UsageError(`--as ${as} goes with --engine ${kinds.join(' or ')}, not with ${engine}.`);
  }
  if (topology !== undefined || tls) {
    throw new UsageError(`--as ${as} decides the topology and TLS. Remove --topology and --tls.`);
  }
  return profile;
}

/** Undefined where the first installed one of Valkey and Redis is good. */
function engineOf(profile: Profile | undefined): EngineKind | undefined {
  return profile?.kinds.length === 1 ? profile.kinds[0] : undefined;
}

function refuseTwoEngines({ engine, profile, engineUrl, cacheEngineUrl, topology, tls }: StartOptions): void {
  const [setting, url] =
    engine === 'memcached' ? ['CACHE_ENGINE_URL', cacheEngineUrl] : ['ENGINE_URL', engineUrl];
  const option = profile ? `--as ${profile.name}` : engine && `--engine ${engine}`;
  if (option && url)
    throw new UsageError(`${option} and ${setting} both choose an engine. Remove one of them.`);
  if (engineUrl && (tls || topology !== 'standalone')) {
    throw new UsageError(
      '--topology and --tls apply to servers that npm start starts. Remove them, or remove ENGINE_URL.',
    );
  }
}

/** @throws UsageError */
export function wholeNumber(name: string, text: string, lowest: number, highest: number): number {
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= lowest && number <= highest) return number;
  throw new UsageError(`${name} must be a whole number from ${lowest} to ${highest}, not "${text}".`);
}
