import { computed, effect, signal } from '@preact/signals';
import type { Server } from '../../../../src/demo/servers/servers.wire.js';
import { actionProblem, actOn } from '../../servers/actions.js';
import { servers } from '../../servers/servers.js';
import { loadSession } from '../session.js';

/** The last restart from this view; null before one, and if it failed. */
export const restart = signal<{ name: string; isOver: boolean } | null>(null);

/** The app nodes, and the primaries of the engine. Empty where they cannot be listed. */
export const restartable = computed<Server[]>(() => {
  const state = servers.value;
  if (state.kind !== 'listed') return [];
  return state.servers.filter(({ kind, role }) => kind === 'app' || role === 'primary');
});

export async function restartServer(name: string): Promise<void> {
  const startedAt = Date.now();
  restart.value = { name, isOver: false };
  await actOn(name, 'restart');
  if (actionProblem.value !== null) {
    restart.value = null;
    return;
  }
  await untilRunning(name, startedAt);
  await loadSession();
  restart.value = { name, isOver: true };
}

/** Resolves when a list from after this time says so. Also resolves when the list is no longer watched. */
function untilRunning(name: string, after: number): Promise<void> {
  return new Promise((resolve) => {
    const stop = effect(() => {
      const state = servers.value;
      const isRunning = (all: Server[]): boolean =>
        all.some((server) => server.name === name && server.state === 'running');
      if (state.kind === 'listed' && (state.at <= after || !isRunning(state.servers))) return;
      resolve();
      // Not before `effect` has returned.
      queueMicrotask(() => stop());
    });
  });
}
