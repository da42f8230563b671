import type { EngineKind } from '../installation/engine-program.js';
import type { AccessOptions } from '../security/access.js';
import type { TlsFiles } from '../security/tls-files.js';
import { profileNamed } from './catalog.js';
import { CommandRules } from './limits/command-rules.js';
import { ServiceProxy } from './limits/service-proxy.js';
import type { Profile } from './profile.js';
import { roleAccess } from './role-access.js';
import { startNodesCluster, startVirtualNode } from './shapes/clusters.js';
import { startEndpoint } from './shapes/endpoint.js';
import { startDiscovery, startMemcachedEndpoint } from './shapes/memcached.js';
import type { RunningProfile, RunningShape, ShapeOptions } from './shapes/running-profile.js';

export interface ProfileOptions {
  /** Default: the first one of the profile. */
  readonly kind?: EngineKind;
  /** Replicas of each primary. Default: 0, for a fast start without failovers. */
  readonly replicas?: number;
  /** Which keys and channels the user may access. Default: `caching:*`. */
  readonly keys?: string;
  /** Connections are closed this long after their last sign-in. Default: as the service does. */
  readonly connectionSeconds?: number;
}

/**
 * Starts the engine of a profile and the proxies that apply its limits.
 *
 * @throws Error that lists the profiles when none has this name, or the engines when the service does not offer this one.
 */
export async function startProfile(name: string, options: ProfileOptions = {}): Promise<RunningProfile> {
  const profile = profileNamed(name);
  const { replicas = 0, kind = profile.kinds[0] ?? 'valkey' } = options;
  if (!profile.kinds.includes(kind)) {
    throw new Error(`${name} is a service for ${profile.kinds.join(' and ')}, not for ${kind}.`);
  }
  const refused: string[] = [];
  const proxies: ServiceProxy[] = [];
  const { lifetimeMilliseconds, rules } = limitsOf(profile, options);
  const startProxy = async (target: number, tls: TlsFiles | undefined): Promise<ServiceProxy> => {
    const onRefusal = (command: string) => void refused.push(command);
    const proxy = await ServiceProxy.start({ target, tls, rules, lifetimeMilliseconds, onRefusal });
    proxies.push(proxy);
    return proxy;
  };
  const access = await accessOf(profile, options);
  const shape = await startShape(kind, { profile, access, replicas, startProxy });
  return Object.assign(shape, {
    profile,
    refused,
    disconnect: () => proxies.forEach((proxy) => proxy.disconnect()),
  });
}

function startShape(kind: EngineKind, options: ShapeOptions): Promise<RunningShape> {
  const { shape } = options.profile;
  if (kind === 'memcached') {
    return shape === 'discovery' ? startDiscovery(options) : startMemcachedEndpoint(options);
  }
  if (shape === 'cluster') return startNodesCluster(kind, options);
  return shape === 'virtual-node' ? startVirtualNode(kind, options) : startEndpoint(kind, options);
}

async function accessOf({ access }: Profile, { keys = 'caching:*' }: ProfileOptions): Promise<AccessOptions> {
  if (access === 'roles') return { acl: await roleAccess(keys) };
  return access === 'password' ? { password: 'local-password' } : {};
}

function limitsOf(
  profile: Profile,
  { connectionSeconds = profile.connectionSeconds ?? Infinity }: ProfileOptions,
) {
  return { rules: new CommandRules(profile), lifetimeMilliseconds: connectionSeconds * 1000 };
}
