import type { LookupTrace } from '../../../../src/query-cache/query-cache.wire.js';
import { outcomes } from '../../outcomes/outcomes.js';
import { Term } from '../../page/term.js';
import { formatClock, formatMilliseconds } from '../../time/format-time.js';
import { Waterfall, type Phase } from '../answer/waterfall.js';

/** One lookup. Opened, it shows everything that is known of it. */
export function LookupRow({ trace }: { trace: LookupTrace }) {
  const { at, outcome, query, tier, keyHash, ttlSeconds, totalMs } = trace;
  return (
    <details class="lookup">
      <summary>
        <time dateTime={at}>{formatClock(at)}</time>
        <span class="tag" data-outcome={outcome}>
          {outcome}
        </span>
        <span class="number">{formatMilliseconds(totalMs)}</span>
        <span class="feed-main">{query}</span>
        <span class="lookup-origin">
          <span>{tier}</span>
          <code>{keyHash?.slice(0, 8) ?? 'rejected'}</code>
          <span class="number">{ttlSeconds === null ? 'not stored' : `ttl ${Math.round(ttlSeconds)} s`}</span>
        </span>
      </summary>
      <Everything trace={trace} />
    </details>
  );
}

function Everything({ trace }: { trace: LookupTrace }) {
  const { outcome, tier, keyHash, ttlSeconds, sqlLabel, traceId } = trace;
  return (
    <div class="lookup-details">
      <p class="hint">
        {outcome}: {outcomes[outcome]}.
      </p>
      <Waterfall phases={phasesOf(trace)} />
      <dl class="facts">
        <Term name="answered by">{tierNames[tier]}</Term>
        <Term name="fresh for">{freshness(ttlSeconds)}</Term>
        {sqlLabel !== null && <Term name="statement">{sqlLabel}</Term>}
        {keyHash !== null && (
          <Term name="key digest">
            <code>{keyHash}</code>
          </Term>
        )}
        {traceId !== null && (
          <Term name="trace">
            <code>{traceId}</code>
          </Term>
        )}
      </dl>
    </div>
  );
}

const tierNames: Record<LookupTrace['tier'], string> = {
  local: 'the memory of the node',
  engine: 'the engine',
  database: 'the database',
};

function freshness(seconds: number | null): string {
  if (seconds === null) return 'not stored';
  return seconds < 0 ? `expired ${Math.round(-seconds)} s before` : `${Math.round(seconds)} s more`;
}

function phasesOf({ localMs, engineMs, waitMs, databaseMs, storeMs }: LookupTrace): Phase[] {
  const phases: [string, number | null, Phase['of']][] = [
    ['memory of the node', localMs, 'cached'],
    ['engine', engineMs, 'cached'],
    ['lease or slot', waitMs === 0 ? null : waitMs, 'rest'],
    ['database', databaseMs, 'uncached'],
    ['storing', storeMs, 'cached'],
  ];
  return phases.flatMap(([name, ms, of]) => (ms === null ? [] : [{ name, ms, of }]));
}
