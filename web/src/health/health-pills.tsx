import type { EngineStatus } from '../../../src/demo/console/console.wire.js';
import { engineNames } from './engine-names.js';
import { readiness } from './readiness.js';

type PillState = EngineStatus['state'];

export function HealthPills() {
  const current = readiness.value;
  if (current === null) return <Pill name="server" state="connecting" about="checking" />;
  if (current === 'unreachable') return <Pill name="server" state="down" about="does not answer" />;
  return (
    <>
      <Pill
        name="PostgreSQL"
        state={current.database.state}
        about={current.database.state}
        reason={current.database.reason}
      />
      {current.engines.map((engine) => (
        <Pill
          key={engine.roles.join()}
          name={engineNames[engine.kind]}
          state={engine.state}
          about={aboutEngine(engine, current.engines.length)}
          reason={engine.reason}
        />
      ))}
    </>
  );
}

/** Shows the roles of an engine only when there are several engines. */
function aboutEngine({ roles, state }: EngineStatus, engines: number): string {
  return engines === 1 ? state : `${roles.join(', ')} · ${state}`;
}

interface PillProps {
  name: string;
  state: PillState;
  about: string;
  reason?: string | null;
}

function Pill({ name, state, about, reason = null }: PillProps) {
  return (
    <li class="pill" data-testid="health-pill" data-name={name} data-state={state}>
      <span class="dot" aria-hidden="true" />
      <strong>{name}</strong> <span>{about}</span>
      {reason !== null && <span class="pill-reason">{reason}</span>}
    </li>
  );
}
