import { HealthPills } from './health/health-pills.js';
import { LeaderboardPanel } from './leaderboard/leaderboard-panel.js';
import { LookupsPanel } from './query-cache/lookups/lookups-panel.js';
import { QueryCachePanel } from './query-cache/query-cache-panel.js';
import { SessionsPanel } from './sessions/sessions-panel.js';

export function App() {
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
      <main class="panels">
        <QueryCachePanel />
        <LeaderboardPanel />
        <SessionsPanel />
        <LookupsPanel />
      </main>
    </>
  );
}
