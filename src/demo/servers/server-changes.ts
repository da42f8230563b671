import type { Server, ServerEvent } from './servers.wire.js';

type ServerChange = Omit<ServerEvent, 'at'>;

/** The last role that each server reported. A server that does not answer keeps it. */
export type KnownRoles = Readonly<Record<string, Server['role']>>;

type Seen = Pick<Server, 'name' | 'state' | 'role' | 'slots'>;

export function rolesAfter(known: KnownRoles, now: readonly Seen[]): KnownRoles {
  return Object.fromEntries(now.map((server) => [server.name, roleOf(server) ?? known[server.name] ?? null]));
}

/** What happened between two lists of servers. */
export function changesBetween(
  before: readonly Seen[],
  now: readonly Seen[],
  known: KnownRoles,
): ServerChange[] {
  const earlier = new Map(before.map((server) => [server.name, server]));
  const names = new Set(now.map(({ name }) => name));
  const removed = before.filter(({ name }) => !names.has(name));
  return [
    ...now.flatMap((server) => changesOf(server, earlier.get(server.name), known)),
    ...removed.map(({ name }): ServerChange => ({ kind: 'removed', name, role: known[name] ?? null })),
  ];
}

function changesOf(now: Seen, before: Seen | undefined, known: KnownRoles): ServerChange[] {
  const { name } = now;
  const role = known[name] ?? null;
  if (before === undefined) return [{ kind: 'added', name, role: now.role }];
  const kinds = [stateChange(before.state, now.state), roleChange(role, roleOf(now))];
  return kinds.flatMap((kind) => (kind === undefined ? [] : [{ kind, name, role }]));
}

function stateChange(before: Server['state'], now: Server['state']): ServerEvent['kind'] | undefined {
  if (before === now) return undefined;
  if (now === 'stopped') return 'killed';
  if (now === 'paused') return 'paused';
  if (now === 'running') return before === 'paused' ? 'resumed' : 'restarted';
  return undefined;
}

function roleChange(before: Server['role'], now: Server['role']): ServerEvent['kind'] | undefined {
  if (before === 'replica' && now === 'primary') return 'promoted';
  return before === 'primary' && now === 'replica' ? 'demoted' : undefined;
}

/** A node of a cluster calls itself a primary before it has joined, but serves no slots. */
function roleOf({ role, slots }: Seen): Server['role'] {
  return role === 'primary' && slots === 0 ? null : role;
}
