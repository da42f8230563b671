import type { IPolicy } from 'cockatiel';
import { withTimeLimit } from '../../common/index.js';
import { QueryCacheError } from '../query-cache.errors.js';
import { findNotJson } from '../query/json.js';
import type { AnswerKeys } from '../query/answer-keys.js';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query.js';
import { type EncodedAnswer, encodeAnswer } from '../tiers/envelope.js';

/** What one lookup requests. */
export interface LookupRequest<Args> {
  keys: AnswerKeys<Args>;
  /** As of `performance.now()`; the time limits of the query count from here. */
  startedAt: number;
}

export interface DatabaseLoad<Value> {
  value: Value;
  answer: EncodedAnswer;
  /** When the load began: milliseconds since the epoch, and as of `performance.now()`. */
  loadedAt: number;
  begunAt: number;
  /** Without the wait for a slot. */
  databaseMs: number;
}

/**
 * Queries the database with bounded concurrency, and for no longer than the query allows.
 *
 * A load that continues after its time limit keeps its slot for as long again, since the database is still busy with it. Then it counts as
 * stuck and loses its slot: loads that never settle must not block the others for ever.
 */
export class DatabaseLoads<Args, Value> {
  constructor(
    private readonly query: Query<Args, Value>,
    private readonly counters: QueryCounters,
    /** Bounds the concurrent loads of this node. */
    private readonly limiter: IPolicy,
  ) {}

  /**
   * @param onBegin the load has got its slot: what it sees is no older than this.
   * @throws what the query rejects with; {@link QueryCacheError} E_LOAD_TIMED_OUT, E_QUERY_VALUE
   */
  async load({ keys, startedAt }: LookupRequest<Args>, onBegin?: () => void): Promise<DatabaseLoad<Value>> {
    const { value, ...load } = await this.execute(
      startedAt,
      (signal) => this.query.load(keys.copyArgs(), signal),
      onBegin,
    );
    return { value, answer: this.encode(value), ...load };
  }

  /** Loads several answers at once, in the order of their keys. Throws as {@link load} does. */
  async loadMany(all: readonly AnswerKeys<Args>[], startedAt: number): Promise<DatabaseLoad<Value>[]> {
    const { value: values, ...load } = await this.execute(startedAt, async (signal) => {
      return this.query.loadMany?.(
        all.map((keys) => keys.copyArgs()),
        signal,
      );
    });
    if (values?.length !== all.length) {
      const problem = `returned ${values?.length} values from loadMany for ${all.length} arguments. Return one for each, null where nothing was found.`;
      throw this.query.error('E_QUERY_VALUE', problem);
    }
    return values.map((value) => ({ value, answer: this.encode(value), ...load }));
  }

  private async execute<T>(
    startedAt: number,
    query: (signal: AbortSignal) => Promise<T>,
    onBegin?: () => void,
  ) {
    const load = await this.withinTime(startedAt, (signal) =>
      this.limiter.execute(async () => {
        signal.throwIfAborted();
        onBegin?.();
        this.counters.loads++;
        const [loadedAt, begunAt] = [Date.now(), performance.now()];
        const value = await this.unlessStuck(query(signal), signal);
        return { value, loadedAt, begunAt, databaseMs: performance.now() - begunAt };
      }),
    );
    this.counters.countFinishedLoad(load.databaseMs);
    return load;
  }

  /** Checks it also where it would not be stored: otherwise the first hit would return another value. */
  private encode(value: Value): EncodedAnswer {
    const { codec } = this.query;
    const plain = codec && value !== null && value !== undefined ? codec.encode(value) : value;
    const wrong = findNotJson(plain);
    if (!wrong) return encodeAnswer(plain);
    const where = wrong.path || 'the whole';
    throw this.query.error('E_QUERY_VALUE', `returned an answer of which ${where} ${wrong.remedy}`);
  }

  /** Counts from the start of the lookup: its waits for the load of another node and for a slot are part of it. */
  private async withinTime<T>(startedAt: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const remainingMs = startedAt + this.limitMs - performance.now();
    if (remainingMs <= 0) throw this.timedOut();
    const ended = new AbortController();
    return withTimeLimit(remainingMs, work(ended.signal), () => {
      const error = this.timedOut();
      ended.abort(error);
      return error;
    });
  }

  /** Rejects when the load has not settled within a second time limit after the signal. */
  private unlessStuck<T>(load: Promise<T>, signal: AbortSignal): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_resolve, reject) => {
      const giveUp = () => {
        this.counters.stuckLoads++;
        reject(this.timedOut());
      };
      signal.addEventListener('abort', () => (timer = setTimeout(giveUp, this.limitMs)));
    });
    return Promise.race([load, stuck]).finally(() => clearTimeout(timer));
  }

  private get limitMs(): number {
    return this.query.loadTimeoutSeconds * 1000;
  }

  private timedOut(): QueryCacheError {
    const { loadTimeoutSeconds } = this.query;
    const problem = `was not answered within ${loadTimeoutSeconds} s. Try again, or raise loadTimeoutSeconds.`;
    return this.query.error('E_LOAD_TIMED_OUT', problem);
  }
}
