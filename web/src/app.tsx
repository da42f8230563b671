import type { ComponentType } from 'preact';
import { BreakItView } from './break-it/break-it-view.js';
import { ClaimsView } from './claims/claims-view.js';
import { HealthPills } from './health/health-pills.js';
import { LeaderboardView } from './leaderboard/leaderboard-view.js';
import { malformed } from './live/well-formed.js';
import { Navigation } from './navigation/navigation.js';
import { view, type View } from './navigation/route.js';
import { OverviewView } from './overview/overview-view.js';
import { QueryCacheView } from './query-cache/query-cache-view.js';
import { SessionsView } from './sessions/sessions-view.js';

const components: Record<View, ComponentType> = {
  overview: OverviewView,
  'query-cache': QueryCacheView,
  sessions: SessionsView,
  leaderboard: LeaderboardView,
  'break-it': BreakItView,
  claims: ClaimsView,
};

export function App() {
  const Shown = components[view.value];
  return (
    <>
      <header class="page-header">
        <div>
          <h1>In-memory caching on NestJS</h1>
          <p>Expensive queries, a live leaderboard and sessions, answered from memory.</p>
        </div>
        <nav aria-label="Server">
          <a href="/docs">API</a>
          <a href="/metrics">Metrics</a>
          <a href="/health/ready">Health</a>
        </nav>
        <ul class="pills" aria-label="Health" aria-live="polite">
          <HealthPills />
        </ul>
      </header>
      <Navigation />
      <main class={`panels view-${view.value}`}>
        <Shown />
      </main>
      {malformed.value > 0 && (
        <footer class="hint">
          Malformed messages from the server, ignored: <span data-testid="malformed">{malformed.value}</span>
        </footer>
      )}
    </>
  );
}
