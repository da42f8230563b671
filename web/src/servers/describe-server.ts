import type { Server } from '../../../src/demo/servers/servers.wire.js';

const KINDS: Record<Server['kind'], string> = {
  redis: 'Redis',
  valkey: 'Valkey',
  memcached: 'Memcached',
  postgres: 'PostgreSQL',
  app: 'Node.js',
};

/** For example `Valkey 8.0.1`. */
export function describeKind({ kind, version }: Pick<Server, 'kind' | 'version'>): string {
  return `${KINDS[kind]} ${version}`;
}

/** For example `primary` or `database`; `no answer` if the server does not say its role. */
export function describeRole({ kind, role }: Pick<Server, 'kind' | 'role'>): string {
  if (kind === 'postgres') return 'database';
  if (kind === 'memcached') return 'cache';
  if (kind === 'app') return 'app node';
  return role ?? 'no answer';
}

/** For example `1,200 commands/s` and `2.1 MB`. Empty if the server does not say it. */
export function describeUsage({ usage }: Pick<Server, 'usage'>): string[] {
  if (usage === null) return [];
  return [
    `${usage.commandsPerSecond.toLocaleString('en-US')} commands/s`,
    formatMegabytes(usage.memoryBytes),
  ];
}

export function formatMegabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** The state of its dot: `ready`, `connecting` or `down`. */
export function dotOf({ state }: Pick<Server, 'state'>): 'ready' | 'connecting' | 'down' {
  if (state === 'running') return 'ready';
  return state === 'stopped' ? 'down' : 'connecting';
}
