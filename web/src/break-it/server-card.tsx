import type { Server, ServerAction } from '../../../src/demo/servers/servers.wire.js';
import { describeKind, describeRole, describeUsage, dotOf } from '../servers/describe-server.js';
import { actOn, running } from '../servers/actions.js';

const DOING: Record<string, string> = {
  kill: 'being killed',
  pause: 'being paused',
  resume: 'being resumed',
  restart: 'restarting',
};

export function ServerCard({ server }: { server: Server }) {
  const { name, kind, state, address, isEncrypted, zone, slots } = server;
  const doing = running.value[name];
  const facts = [
    describeKind(server),
    address,
    isEncrypted ? 'TLS' : 'no\u00a0TLS',
    zone && `zone ${zone}`,
    slots !== null && slots > 0 && `${slots.toLocaleString('en-US')} slots`,
    ...describeUsage(server),
  ];
  return (
    <li class="server" data-state={dotOf(server)} data-testid={`server-${name}`} data-role={server.role}>
      <h3>
        <span class="dot" aria-hidden="true" />
        <bdi>{name}</bdi>
      </h3>
      <p class="server-role">
        <strong data-testid={`role-${name}`}>{describeRole(server)}</strong>{' '}
        <span data-testid={`state-${name}`}>{(doing !== undefined && DOING[doing]) || state}</span>
      </p>
      <p class="hint">{facts.filter(Boolean).join(' · ')}</p>
      <div class="server-actions">
        {kind !== 'app' && <Action server={server} action="kill" label="Kill" />}
        {kind !== 'app' && <PauseOrResume server={server} />}
        <Action server={server} action="restart" label="Restart" />
      </div>
    </li>
  );
}

function PauseOrResume({ server }: { server: Server }) {
  return server.state === 'paused' ? (
    <Action server={server} action="resume" label="Resume" />
  ) : (
    <Action server={server} action="pause" label="Pause" />
  );
}

interface ActionProps {
  server: Server;
  action: ServerAction;
  label: string;
}

/** Not `disabled` while an action runs: the button would lose the focus. */
function Action({ server: { name, state }, action, label }: ActionProps) {
  const isPossible =
    state === 'running' || state === 'paused' || (state === 'stopped' && action === 'restart');
  const isBlocked =
    !isPossible || running.value[name] !== undefined || running.value['cluster'] !== undefined;
  return (
    <button
      type="button"
      aria-disabled={isBlocked}
      aria-label={`${label} ${name}`}
      onClick={() => !isBlocked && void actOn(name, action)}
    >
      {label}
    </button>
  );
}
