import type { Server } from '../../../src/demo/servers/servers.wire.js';

const KINDS: Record<Server['kind'], string> = {
  redis: 'Redis',
  valkey: 'Valkey',
  memcached: 'Memcached',
  postgres: 'PostgreSQL',
};

/** For example `Valkey 8.0.1`. */
export function describeKind({ kind, version }: Pick<Server, 'kind' | 'version'>): string {
  return `${KINDS[kind]} ${version}`;
}

/** For example `primary` or `database`; `no answer` if the server does not say its role. */
export function describeRole({ kind, role }: Pick<Server, 'kind' | 'role'>): string {
  if (kind === 'postgres') return 'database';
  if (kind === 'memcached') return 'cache';
  return role ?? 'no answer';
}

/** The state of its dot: `ready`, `connecting` or `down`. */
export function dotOf({ state }: Pick<Server, 'state'>): 'ready' | 'connecting' | 'down' {
  if (state === 'running') return 'ready';
  return state === 'stopped' ? 'down' : 'connecting';
}
