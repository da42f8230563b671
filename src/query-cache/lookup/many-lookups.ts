import { ignoreEngineError } from '../../engine/index.js';
import type { LookupRequest } from '../loading/database-loads.js';
import type { QueryLoader } from '../loading/query-loader.js';
import { ageOf, type Envelope } from '../tiers/envelope.js';
import type { Found, QueryCacheStore } from '../tiers/query-cache.store.js';
import type { CachedAnswer, Lookup } from './cached-answer.js';
import type { MissedLookups } from './missed-lookups.js';

interface ManyLookupsParts<Args, Value> {
  loader: QueryLoader<Args, Value>;
  missed: MissedLookups<Args, Value>;
  store: QueryCacheStore;
  /** Serves a fresh answer, or a stale one while it is refreshed. */
  fromMemory: (
    envelope: Envelope,
    request: LookupRequest<Args>,
    times: Pick<Lookup, 'localMs' | 'engineMs'>,
  ) => CachedAnswer<Value> | Promise<CachedAnswer<Value>>;
}

/** Lookups of several answers at once. */
export class ManyLookups<Args, Value> {
  constructor(private readonly parts: ManyLookupsParts<Args, Value>) {}

  /** In the order of the requests, which begin together. */
  async read(requests: readonly LookupRequest<Args>[], startedAt: number): Promise<CachedAnswer<Value>[]> {
    const { missed, store, fromMemory } = this.parts;
    const local = requests.map(({ keys }) => store.findLocal(keys));
    const localMs = performance.now() - startedAt;
    const found = await this.find(requests.filter((_request, i) => !local[i]));
    const engineMs = performance.now() - startedAt;
    const usable = ({ keys }: LookupRequest<Args>) => found.get(keys.entry)?.envelope;
    const loaded = await this.load(
      requests.filter((request, i) => !local[i] && !usable(request)),
      found,
    );
    return Promise.all(
      requests.map(async (request, i) => {
        const [here, there] = [local[i], usable(request)];
        if (here) return fromMemory(here, request, { localMs, engineMs: null });
        if (there) return fromMemory(there, request, { localMs: null, engineMs });
        const { entry } = request.keys;
        const outcome = found.has(entry) ? 'miss' : 'degraded';
        return missed.answerFrom(loaded.get(entry)!, outcome, { startedAt, engineMs });
      }),
    );
  }

  /** By entry. The commands are sent together: one round trip. Absent where the engine did not answer. */
  private async find(requests: readonly LookupRequest<Args>[]): Promise<Map<string, Found>> {
    const { loader, store } = this.parts;
    const all = new Map<string, Found>();
    const find = async ({ keys }: LookupRequest<Args>) => {
      const found = await store.find(keys).catch(ignoreEngineError);
      if (!found) return;
      const { envelope } = found;
      if (envelope) loader.reads.noteSize(envelope.bytes.length);
      all.set(keys.entry, envelope && ageOf(envelope).isUsable ? found : { ...found, envelope: undefined });
    };
    if (requests.length > 0) await loader.reads.read(() => Promise.all(requests.map(find)), requests.length);
    return all;
  }

  /** By entry: arguments that come twice are loaded once. */
  private async load(requests: readonly LookupRequest<Args>[], found: Map<string, Found>) {
    const byEntry = new Map(requests.map((request) => [request.keys.entry, request]));
    const entries = [...byEntry.keys()];
    const loaded = await this.parts.loader.loadMany(
      [...byEntry.values()],
      entries.map((entry) => found.get(entry)),
    );
    return new Map(entries.map((entry, i) => [entry, loaded[i]!]));
  }
}
