import { signal } from '@preact/signals';
import type {
  ClusterAction,
  ClusterChange,
  Server,
  ServerAction,
  Zone,
  ZoneAction,
} from '../../../src/demo/servers/servers.wire.js';
import { postJson, request, type Problem } from '../http/request.js';
import { listServers } from './servers.js';

/** What is being done, by the name of the server or `cluster`. */
export const running = signal<Readonly<Record<string, string>>>({});
/** The problem of the last action; null if it succeeded. */
export const actionProblem = signal<Problem | null>(null);

export function actOn(name: string, action: ServerAction): Promise<void> {
  return perform(name, action, () => request<Server>(`/api/demo/servers/${name}`, postJson({ action })));
}

export function changeZone(zone: Zone, action: ZoneAction): Promise<void> {
  return perform(`zone ${zone}`, action, () =>
    request<Server[]>(`/api/demo/zones/${zone}`, postJson({ action })),
  );
}

/** Takes half a minute: all slots of a share move. */
export function resizeCluster(action: ClusterAction): Promise<void> {
  return perform('cluster', action, () => request<ClusterChange>('/api/demo/cluster', postJson({ action })));
}

async function perform(
  subject: string,
  action: string,
  send: () => ReturnType<typeof request>,
): Promise<void> {
  if (running.value[subject] !== undefined) return;
  running.value = { ...running.value, [subject]: action };
  const answer = await send();
  actionProblem.value = answer.ok ? null : answer.problem;
  const { [subject]: _done, ...others } = running.value;
  running.value = others;
  await listServers();
}
