import { effect, signal } from '@preact/signals';
import type { Server } from '../../../../src/demo/servers/servers.wire.js';
import { servers } from '../../servers/servers.js';
import { changesBetween, type KnownRoles, rolesAfter, type ServerChange } from './server-changes.js';

export interface ServerEvent extends ServerChange {
  /** When this page saw it, in milliseconds. */
  at: number;
}

const KEPT = 100;

/** What happened to the servers while this page watched them, oldest first. */
export const events = signal<ServerEvent[]>([]);

let before: Server[] | null = null;
let known: KnownRoles = {};

effect(() => {
  const state = servers.value;
  if (state.kind !== 'listed') {
    before = null;
    return;
  }
  const { at } = state;
  const changes = before === null ? [] : changesBetween(before, state.servers, known);
  before = state.servers;
  known = rolesAfter(known, state.servers);
  if (changes.length > 0)
    events.value = [...events.peek(), ...changes.map((change) => ({ ...change, at }))].slice(-KEPT);
});
