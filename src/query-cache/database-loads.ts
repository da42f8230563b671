import type { IPolicy } from 'cockatiel';
import { Json } from './json-bytes.js';
import { findNotJson } from './json.js';
import { QueryCacheError } from './query-cache.errors.js';
import type { QueryCounters } from './query-counters.js';
import type { Query } from './query-definition.js';

export interface FromDatabase<Value> {
  answer: Json<Value>;
  /** When the load began: milliseconds since the epoch. */
  loadedAt: number;
  /** Without having waited for a turn. */
  databaseMs: number;
}

/** Asks the database, no more often at a time than it can take, and for no longer than the query allows. */
export class DatabaseLoads<Args, Value> {
  constructor(
    private readonly query: Query<Args, Value>,
    private readonly counters: QueryCounters,
    /** What keeps this node's loads from taking over the database. */
    private readonly turns: IPolicy,
  ) {}

  /**
   * @param onBegin the load has had its turn: what it sees is no older than this.
   * @throws what the query rejects with; {@link QueryCacheError} E_LOAD_TIMED_OUT, E_QUERY_VALUE
   */
  async load(args: Args, onBegin?: () => void): Promise<FromDatabase<Value>> {
    const { value, ...load } = await this.withinTime((signal) =>
      this.turns.execute(async () => {
        signal.throwIfAborted();
        onBegin?.();
        this.counters.beginLoad();
        const [loadedAt, startedAt] = [Date.now(), performance.now()];
        const value = await this.query.load(args, signal);
        return { value, loadedAt, databaseMs: performance.now() - startedAt };
      }),
    );
    this.counters.endLoad(load.databaseMs);
    this.check(value);
    return { answer: Json.ofValue(value), ...load };
  }

  /** Also where it would not be stored: else a value would be fine until the day it comes from memory. */
  private check(value: Value): void {
    const wrong = findNotJson(value, true);
    if (!wrong) return;
    const where = wrong.path || 'the whole';
    throw this.query.wrong('value', `was answered with data of which ${where} ${wrong.remedy}`);
  }

  /** Waiting for a turn counts. A load that goes on after its time keeps its turn: the database is still at it. */
  private async withinTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const ended = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = this.timedOut();
        reject(error);
        ended.abort(error);
      }, this.query.loadTimeoutSeconds * 1000);
    });
    return Promise.race([work(ended.signal), tooLong]).finally(() => clearTimeout(timer));
  }

  private timedOut(): QueryCacheError {
    const { name, loadTimeoutSeconds } = this.query;
    return new QueryCacheError(
      'E_LOAD_TIMED_OUT',
      `The query "${name}" was not answered within ${loadTimeoutSeconds} s. Try again, or raise loadTimeoutSeconds.`,
    );
  }
}
