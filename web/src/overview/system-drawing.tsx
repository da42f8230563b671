import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import type { EngineStatus } from '../../../src/demo/console/console.wire.js';
import { engineNames } from '../health/engine-names.js';
import { readiness } from '../health/readiness.js';
import { boardState } from '../leaderboard/board/board-feed.js';
import { changesPerSecond } from '../leaderboard/board/change-rate.js';
import { watchServers } from '../servers/servers.js';
import { useFirstShown } from '../time/first-shown.js';
import { activity, connections } from './activity.js';
import { NodeList } from './node-list.js';

const LIST_EVERY_MS = 2_000;

/** Browser, app node, engines with their nodes, and PostgreSQL, with the rates of the last second on the lines between them. */
export function SystemDrawing() {
  useEffect(() => watchServers(LIST_EVERY_MS), []);
  const now = activity.value;
  useFirstShown('drawing', readiness.value !== null);
  useFirstShown('live rates', now !== null);
  const rates = (text: (of: NonNullable<typeof now>) => string): string =>
    now === null ? 'waiting' : text(now);
  return (
    <section class="panel" aria-labelledby="system-title">
      <h2 id="system-title">Who answers</h2>
      <div class="system" data-testid="system">
        <Box name="This browser" state={boardState.value === 'live' ? 'ready' : 'connecting'}>
          {boardState.value === 'live' ? 'websocket open' : 'websocket closed'}
        </Box>
        <Line of="page">
          {rates(({ lookups }) => `${lookups} lookups/s`)}
          <br />
          {changesPerSecond.value.toFixed(1)} board changes/s
        </Line>
        <Box
          name="App node"
          state={readiness.value === 'unreachable' ? 'down' : 'ready'}
          nodes={<NodeList kind="app" />}
        >
          NestJS, with a tier of its own memory
        </Box>
        <div class="branches">
          <Engines answered={rates(({ fromMemory }) => `${fromMemory} answers/s from memory`)} />
          <Database answered={rates(({ statements }) => `${statements} statements/s`)} />
        </div>
      </div>
    </section>
  );
}

function Engines({ answered }: { answered: string }) {
  const current = readiness.value;
  if (current === null || current === 'unreachable')
    return <Branch of="memory" rate={answered} name="Engine" />;
  return (
    <>
      {current.engines.map((engine) => (
        <Branch
          key={engine.roles.join()}
          of="memory"
          rate={engine.roles.includes('cache') ? answered : engine.roles.join(', ')}
          name={engineNames[engine.kind]}
          state={engine.state}
          nodes={<NodeList kind={engine.kind} />}
        >
          {describeEngine(engine)}
        </Branch>
      ))}
    </>
  );
}

function describeEngine({ roles, topology, role, version, breaker }: EngineStatus): string {
  const connection = connections.value.find((one) => one.roles.join() === roles.join());
  const parts = [
    version,
    topology,
    role,
    connection && (connection.isEncrypted ? 'TLS' : 'no TLS'),
    connection && connection.servers.join(', '),
    `breaker ${breaker}`,
  ];
  return parts.filter(Boolean).join(' · ');
}

function Database({ answered }: { answered: string }) {
  const current = readiness.value;
  const known = current !== null && current !== 'unreachable' ? current.database : null;
  return (
    <Branch of="database" rate={answered} name="PostgreSQL" state={known?.state}>
      {known?.reason ?? 'flights, accounts, the ledger of scores'}
    </Branch>
  );
}

interface BranchProps {
  of: 'memory' | 'database';
  rate: string;
  name: string;
  state?: EngineStatus['state'];
  nodes?: ComponentChildren;
  children?: ComponentChildren;
}

function Branch({ of, rate, name, state = 'connecting', nodes, children }: BranchProps) {
  return (
    <div class="branch">
      <Line of={of}>{rate}</Line>
      <Box name={name} state={state} nodes={nodes}>
        {children ?? 'checking'}
      </Box>
    </div>
  );
}

function Line({ of, children }: { of: 'page' | 'memory' | 'database'; children: ComponentChildren }) {
  return (
    <p class="line" data-line={of}>
      <span>{children}</span>
    </p>
  );
}

interface BoxProps {
  name: string;
  state: EngineStatus['state'];
  nodes?: ComponentChildren;
  children: ComponentChildren;
}

function Box({ name, state, nodes, children }: BoxProps) {
  return (
    <div class="box" data-state={state}>
      <span class="dot" aria-hidden="true" />
      <strong>{name}</strong>
      <span class="visually-hidden">{state}</span>
      <p>{children}</p>
      {nodes}
    </div>
  );
}
