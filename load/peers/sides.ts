import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One way to answer the route. */
export interface Side {
  /** In tables. */
  readonly name: string;
  /** The program in `apps/`, without `.js`. */
  readonly file: string;
  /** `limit`: no cache at all. `peer`: another library. `module`: this project. */
  readonly kind: 'limit' | 'peer' | 'module';
  /** A package of this folder that it needs. */
  readonly package?: string;
}

export const CONSTANT: Side = { name: 'constant Nest handler', file: 'constant', kind: 'limit' };
export const BARE: Side = { name: 'bare node:http', file: 'bare', kind: 'limit' };
export const MODULE: Side = { name: 'module', file: 'module', kind: 'module' };
export const FAST_LANE: Side = { name: 'fast lane', file: 'fast-lane', kind: 'module' };
/** Not compared with the peers: the scenario `growth` measures it. */
export const ENGINE_HIT: Side = { name: 'engine hit', file: 'engine-hit', kind: 'module' };
export const BENTOCACHE: Side = {
  name: 'bentocache',
  file: 'bentocache.peer',
  kind: 'peer',
  package: 'bentocache',
};

export const REDIS_YET: Side = {
  name: 'CacheInterceptor on redis-yet',
  file: 'interceptor-redis-yet',
  kind: 'peer',
};

/** In the order of the tables. `bare` copies an answer of `fast lane`, which comes before it. */
export const SIDES: readonly Side[] = [
  FAST_LANE,
  MODULE,
  { name: 'CacheInterceptor in memory', file: 'interceptor-memory', kind: 'peer' },
  REDIS_YET,
  {
    name: 'CacheInterceptor on @keyv/redis',
    file: 'interceptor-keyv.peer',
    kind: 'peer',
    package: '@keyv/redis',
  },
  BENTOCACHE,
  { name: 'cacheable', file: 'cacheable.peer', kind: 'peer', package: 'cacheable' },
  CONSTANT,
  BARE,
];

export const MISSING_PACKAGES =
  'bentocache, cacheable and @keyv/redis are not measured, because their packages are missing: run `npm ci --prefix load/peers`.';

export function isInstalled(side: Side): boolean {
  const folder = fileURLToPath(new URL(`node_modules/${side.package ?? ''}`, import.meta.url));
  return side.package === undefined || existsSync(folder);
}
