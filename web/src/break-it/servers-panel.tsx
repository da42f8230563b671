import type { Server } from '../../../src/demo/servers/servers.wire.js';
import { ProblemNote } from '../http/problem-note.js';
import { servers } from '../servers/servers.js';
import { actionProblem, resizeCluster, running } from '../servers/actions.js';
import { ServerCard } from './server-card.js';
import { Zones } from './zones.js';

export function ServersPanel() {
  const state = servers.value;
  return (
    <section class="panel wide" aria-labelledby="servers-title">
      <h2 id="servers-title">Servers</h2>
      {state.kind === 'unavailable' && (
        <p class="note" data-testid="servers-unavailable">
          {state.detail}
        </p>
      )}
      {state.kind === 'loading' && <p class="empty">Reading the role of each server.</p>}
      {state.kind === 'listed' && <Listed servers={state.servers} />}
    </section>
  );
}

function Listed({ servers }: { servers: Server[] }) {
  const hasReplicas = servers.some(({ role }) => role === 'replica');
  return (
    <>
      <p class="lead">
        Kill one (SIGKILL), or pause it (SIGSTOP: its connections stay open and nothing answers). It stays
        down until you restart or resume it. A name says the role at the start, the line below it the role
        that the server reports now.
      </p>
      {!hasReplicas && (
        <p class="note">
          No replica can be promoted here. Run npm start -- --topology sentinel, or --topology cluster.
        </p>
      )}
      <ProblemNote problem={actionProblem.value} />
      <ul class="servers">
        {servers.map((server) => (
          <ServerCard key={server.name} server={server} />
        ))}
      </ul>
      <Zones servers={servers} />
      {servers.some(({ slots }) => slots !== null) && <ClusterActions />}
    </>
  );
}

function ClusterActions() {
  const doing = running.value['cluster'];
  return (
    <div class="actions">
      <button
        type="button"
        aria-disabled={doing !== undefined}
        onClick={() => void resizeCluster('add-shard')}
      >
        {doing === 'add-shard' ? 'Adding a shard' : 'Add a shard'}
      </button>
      <button
        type="button"
        aria-disabled={doing !== undefined}
        onClick={() => void resizeCluster('remove-shard')}
      >
        {doing === 'remove-shard' ? 'Removing the newest shard' : 'Remove the newest shard'}
      </button>
      <p class="hint">
        {doing === undefined
          ? 'Its slots move with their keys.'
          : 'Slots are moving. This takes up to a minute.'}
      </p>
    </div>
  );
}
