import { ignoreEngineError } from '../../engine/index.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query.js';
import { type EncodedAnswer, type Envelope, ageOf, isNull } from '../tiers/envelope.js';
import type { QueryCacheStore } from '../tiers/query-cache.store.js';
import type { EngineReads, SoftTimeout } from '../tiers/engine-reads.js';
import type { DatabaseLoad, DatabaseLoads, LookupRequest } from './database-loads.js';

/** An answer that was not in memory. */
export interface Loaded {
  answer: EncodedAnswer;
  /** `coalesced`: loaded by another node. `degraded`: loaded without the engine. */
  outcome: 'miss' | 'coalesced' | 'degraded';
  databaseMs: number | null;
  storeMs: number | null;
  ageSeconds: number;
  /** Null when it was not stored. */
  ttlSeconds: number | null;
}

export interface StoredLoadsParts<Args, Value> {
  query: Query<Args, Value>;
  counters: QueryCounters;
  database: DatabaseLoads<Args, Value>;
  store: QueryCacheStore;
  reads: EngineReads;
  softTimeout: SoftTimeout;
  /** Larger answers are served and not stored. */
  largestValueBytes: number;
}

/** Answers expire up to this share of their ttl sooner, so that those loaded together do not expire together. */
const JITTER = 0.1;

/** Loads answers of one query from the database and stores them. */
export class StoredLoads<Args, Value> {
  constructor(private readonly parts: StoredLoadsParts<Args, Value>) {}

  /** Tokens for a load that begins now. Undefined if the engine fails or is silent: then the answer cannot be stored. */
  ensureTokens(keys: AnswerKeys, found: readonly (string | null)[]): Promise<string[] | undefined> {
    const { store, query } = this.parts;
    return this.inTime(store.tokens.ensure(keys.tokenKeys, found, query.newTokenSeconds));
  }

  async load(
    request: LookupRequest<Args>,
    validityTokens: readonly string[] | undefined,
    onBegin?: () => void,
  ): Promise<Loaded> {
    return this.store(request.keys, validityTokens, await this.parts.database.load(request, onBegin));
  }

  /** Loads several answers at once, in the order of the requests. `tokens` are those of each, as in {@link load}. */
  async loadMany(
    requests: readonly LookupRequest<Args>[],
    tokens: readonly (readonly string[] | undefined)[],
  ): Promise<Loaded[]> {
    const [first] = requests;
    if (!first) return [];
    const all = requests.map(({ keys }) => keys);
    const loads = await this.parts.database.loadMany(all, first.startedAt);
    return Promise.all(loads.map((load, i) => this.store(requests[i]!.keys, tokens[i], load)));
  }

  private async store(
    keys: AnswerKeys<Args>,
    validityTokens: readonly string[] | undefined,
    load: DatabaseLoad<Value>,
  ): Promise<Loaded> {
    const { answer, databaseMs } = load;
    const loaded = { answer, outcome: 'miss', databaseMs, ageSeconds: 0 } as const;
    if (!validityTokens) return { ...loaded, storeMs: null, ttlSeconds: null };
    const storedAt = performance.now();
    const ttlSeconds = await this.save(keys, validityTokens, load);
    return { ...loaded, storeMs: performance.now() - storedAt, ttlSeconds };
  }

  /** @returns its ttl in seconds, or null if it must not or could not be stored, or was not confirmed in time. */
  private async save(
    keys: AnswerKeys<Args>,
    validityTokens: readonly string[],
    { value, answer, loadedAt, begunAt }: DatabaseLoad<Value>,
  ): Promise<number | null> {
    const { query, store, reads, counters, largestValueBytes } = this.parts;
    if (answer.bytes.length > largestValueBytes) {
      counters.oversized++;
      return null;
    }
    reads.noteSize(answer.bytes.length);
    const life = this.lifeOf(value, answer, keys);
    if (life.freshMs === 0) return null;
    const valueTokenKeys = store.keys.valueTokenKeysOf(query, value, keys);
    // Tokens that were not read before the load prove nothing: it is stored for the keys of the next load alone.
    const isProven = keys.expects(valueTokenKeys) && validityTokens.length === keys.tokenKeys.length;
    const envelope = {
      ...answer,
      loadedAt,
      begunAt,
      ...life,
      validityTokens: isProven ? validityTokens : [],
      valueTokenKeys,
    };
    const saved = store.save(keys, envelope).then(() => (isProven ? envelope.freshMs / 1000 : null));
    return (await this.inTime(saved)) ?? null;
  }

  private lifeOf(
    value: Value,
    answer: EncodedAnswer,
    keys: AnswerKeys<Args>,
  ): Pick<Envelope, 'freshMs' | 'staleMs'> {
    const { query } = this.parts;
    const [ttlSeconds, staleSeconds] = isNull(answer)
      ? [query.negativeTtlSeconds, query.negativeStaleSeconds]
      : [this.ttlOf(value, keys), query.staleSeconds];
    const freshSeconds = ttlSeconds * (1 - JITTER * Math.random());
    return { freshMs: Math.ceil(freshSeconds * 1000), staleMs: staleSeconds * 1000 };
  }

  private ttlOf(value: Value, keys: AnswerKeys<Args>): number {
    const { query } = this.parts;
    if (!query.ttlOf || value === null || value === undefined) return query.ttlSeconds;
    const seconds = query.ttlOf(value, keys.copyArgs());
    if (seconds >= 0) return Math.min(seconds, query.ttlSeconds);
    throw query.error('E_QUERY_VALUE', `returned ${seconds} from ttlOf. Return seconds, 0 to store nothing.`);
  }

  /** Undefined where the engine fails, or is silent for so long that the database alone would have been faster. */
  private inTime<T>(reply: Promise<T>): Promise<T | undefined> {
    return this.parts.softTimeout.wait(reply.catch(ignoreEngineError));
  }
}

/** The answer that another node has loaded and stored. */
export function fromAnotherNode(envelope: Envelope): Loaded {
  const { ageSeconds, ttlSeconds } = ageOf(envelope);
  return { answer: envelope, outcome: 'coalesced', databaseMs: null, storeMs: null, ageSeconds, ttlSeconds };
}
