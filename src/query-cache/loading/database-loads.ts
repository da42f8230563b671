import type { IPolicy } from 'cockatiel';
import { Json } from '../tiers/json-bytes.js';
import { findNotJson } from '../query/json.js';
import { QueryCacheError } from '../query-cache.errors.js';
import type { AnswerKeys } from '../query/query-cache.keys.js';
import type { QueryCounters } from '../query/query-counters.js';
import type { Query } from '../query/query-definition.js';

/** What one lookup requests. */
export interface Ask<Args> {
  keys: AnswerKeys<Args>;
  /** As of `performance.now()`; the time limits of the query count from here. */
  startedAt: number;
}

export interface FromDatabase<Value> {
  answer: Json<Value>;
  /** When the load began: milliseconds since the epoch, and as of `performance.now()`. */
  loadedAt: number;
  begunAt: number;
  /** Without having waited for a turn. */
  databaseMs: number;
}

/**
 * Queries the database with bounded concurrency, and for no longer than the query allows.
 *
 * A load that continues after its time limit keeps its place for as long again, since the database is still busy with it. Then it counts as
 * stuck and loses its place: loads that never settle must not block the others for ever.
 */
export class DatabaseLoads<Args, Value> {
  constructor(
    private readonly query: Query<Args, Value>,
    private readonly counters: QueryCounters,
    /** What keeps this node's loads from taking over the database. */
    private readonly places: IPolicy,
  ) {}

  /**
   * @param onBegin the load has got its place: what it sees is no older than this.
   * @throws what the query rejects with; {@link QueryCacheError} E_LOAD_TIMED_OUT, E_QUERY_VALUE
   */
  async load({ keys, startedAt }: Ask<Args>, onBegin?: () => void): Promise<FromDatabase<Value>> {
    const { value, ...load } = await this.withinTime(startedAt, (signal) =>
      this.places.execute(async () => {
        signal.throwIfAborted();
        onBegin?.();
        this.counters.beginLoad();
        const [loadedAt, begunAt] = [Date.now(), performance.now()];
        const value = await this.unlessStuck(this.query.load(keys.copyArgs(), signal), signal);
        return { value, loadedAt, begunAt, databaseMs: performance.now() - begunAt };
      }),
    );
    this.counters.endLoad(load.databaseMs);
    this.check(value);
    return { answer: Json.encoded(value), ...load };
  }

  /** Also where it would not be stored: else a value would be fine until the day it comes from memory. */
  private check(value: Value): void {
    const wrong = findNotJson(value, true);
    if (!wrong) return;
    const where = wrong.path || 'the whole';
    throw this.query.wrong('value', `was answered with data of which ${where} ${wrong.remedy}`);
  }

  /** Counted from when the answer was asked for: waiting for another node's load and for a place is part of it. */
  private async withinTime<T>(startedAt: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const remainingMs = startedAt + this.limitMs - performance.now();
    if (remainingMs <= 0) throw this.timedOut();
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = this.timedOut();
        reject(error);
        ended.abort(error);
      }, remainingMs);
    });
    return Promise.race([work(ended.signal), tooLong]).finally(() => clearTimeout(timer));
  }

  /** Rejects when the load has not settled within a second time limit after the signal. */
  private async unlessStuck<T>(load: Promise<T>, signal: AbortSignal): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const stuck = new Promise<never>((_resolve, reject) => {
      const giveUp = () => {
        this.counters.countStuck();
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
    const { name, loadTimeoutSeconds } = this.query;
    return new QueryCacheError(
      'E_LOAD_TIMED_OUT',
      `The query "${name}" was not answered within ${loadTimeoutSeconds} s. Try again, or raise loadTimeoutSeconds.`,
    );
  }
}
