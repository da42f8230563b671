import { type EngineClient, withEngine } from '../../load/app/engine-client.js';
import { quantile } from '../../load/measuring/statistics.js';
import type { LocalEngine } from '../../local/index.js';
import type { Figure, Scene } from '../experiment.js';
import type { ProxiedEngines } from '../stack/proxied-engines.js';
import { pace } from '../traffic/pace.js';
import { timesOf } from '../traffic/timing.js';

const CALLS = 1_000;
const QUICK_CALLS = 200;
/** As long as an answer of the query cache. */
const VALUE = 'x'.repeat(200);
const SEEN_WITHIN_MS = 10_000;
const LARGE_VALUE = 'x'.repeat(1_000);
/** 2,000 writes of 1 KB a second. */
const BATCHES_PER_SECOND = 100;
const WRITES_PER_BATCH = 20;

/** Two servers in different zones, and the app node beside each of them. */
export interface Places {
  readonly primary: string;
  readonly userAtPrimary: string;
  readonly replica: string;
  readonly userAtReplica: string;
}

/** What a reader in another zone than the primary would gain from a replica in its own zone, and how old the replica's data are. */
export async function measureReplicaReads(
  { quick }: Scene,
  engines: ProxiedEngines,
  { primary, userAtPrimary, replica, userAtReplica }: Places,
): Promise<Figure[]> {
  const calls = quick ? QUICK_CALLS : CALLS;
  const far = await timeReads(engines.urlOf(primary, userAtReplica), calls);
  const processorTime = await microsecondsPerGet(engines.node(primary), calls);
  const near = await timeReads(engines.urlOf(replica, userAtReplica), calls);
  return withEngine(engines.urlOf(primary, userAtPrimary), (writer) =>
    withEngine(engines.urlOf(replica, userAtReplica), async (reader) => {
      const idle = await measureLag({ writer, reader }, calls);
      const busy = await underWrites(engines.node(primary).url, () => measureLag({ writer, reader }, calls));
      return [
        ...figuresOf('GET from the primary in another zone', far),
        ...figuresOf('GET from a replica in the same zone', near),
        {
          name: 'stale on the replica right after a write',
          unit: '%',
          values: { engine: sharePercent(idle) },
        },
        {
          name: 'processor time of the primary per GET',
          unit: 'µs',
          values: { engine: processorTime },
        },
        ...figuresOf('replica is behind', idle),
        ...figuresOf('replica is behind, 2,000 writes/s', busy),
      ];
    }),
  );
}

function timeReads(url: string, calls: number): Promise<number[]> {
  return withEngine(url, async (client) => {
    await client.get('lab:replica-reads');
    return timesOf(calls, () => client.get('lab:replica-reads'));
  });
}

interface Clients {
  readonly writer: EngineClient;
  readonly reader: EngineClient;
}

/** By write in the zone of the primary: milliseconds from its acknowledgement until a read is sent to the replica that sees it. */
async function measureLag({ writer, reader }: Clients, writes: number): Promise<number[]> {
  const lags: number[] = [];
  for (let write = 0; write < writes; write++) {
    const value = `${write}:${VALUE}`;
    await writer.set('lab:replica-lag', value);
    const acknowledgedAt = performance.now();
    let sentAt = acknowledgedAt;
    while ((await reader.get('lab:replica-lag')) !== value) {
      sentAt = performance.now();
      if (sentAt > acknowledgedAt + SEEN_WITHIN_MS) {
        throw new Error(`The replica does not have a write ${SEEN_WITHIN_MS / 1000} s later. Read its log.`);
      }
    }
    lags.push(sentAt - acknowledgedAt);
  }
  return lags;
}

/** Writes to the primary meanwhile. */
async function underWrites<T>(url: string, work: () => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  return withEngine(url, async (client) => {
    const writing = pace(BATCHES_PER_SECOND, stopping.signal, async (turn) => {
      const keys = Array.from({ length: WRITES_PER_BATCH }, (_, i) => `lab:write:${(turn + i) % 1_000}`);
      await Promise.all(keys.map((key) => client.set(key, LARGE_VALUE)));
    });
    try {
      return await work();
    } finally {
      stopping.abort();
      await writing;
    }
  });
}

function figuresOf(name: string, times: readonly number[]): Figure[] {
  return [0.5, 0.99].map((share) => ({
    name: `${name}, p${100 * share}`,
    unit: 'ms',
    values: { engine: quantile(times, share) },
  }));
}

/** Processor time of the server per GET: reading the request, executing it and writing the reply. The GETs are sent one after the other. */
async function microsecondsPerGet(primary: LocalEngine, calls: number): Promise<number> {
  return withEngine(primary.url, async (client) => {
    const before = await processorSecondsOf(primary);
    await timesOf(calls, () => client.get('lab:replica-reads'));
    return ((await processorSecondsOf(primary)) - before) * (1e6 / calls);
  });
}

async function processorSecondsOf(engine: LocalEngine): Promise<number> {
  const info = String(await engine.command('INFO', 'cpu'));
  const times = info.matchAll(/^used_cpu_(?:sys|user):([\d.]+)/gm);
  return [...times].reduce((sum, [, seconds]) => sum + Number(seconds), 0);
}

function sharePercent(lags: readonly number[]): number {
  return (100 * lags.filter((lag) => lag > 0).length) / lags.length;
}
