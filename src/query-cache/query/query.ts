import { QueryCacheError, type QueryCacheErrorCode } from '../query-cache.errors.js';
import { checkDefinition } from './definition-checks.js';
import type { QueryDefinition } from './query-definition.js';

/** A checked definition with its defaults. @throws {QueryCacheError} E_QUERY_DEFINITION */
export class Query<Args, Value> {
  readonly name: string;
  readonly ttlSeconds: number;
  readonly staleSeconds: number;
  readonly negativeTtlSeconds: number;
  readonly negativeStaleSeconds: number;
  readonly softTimeoutSeconds: number;
  readonly loadTimeoutSeconds: number;
  readonly schemaVersion: number;
  readonly sqlLabel: string | null;
  readonly isScoped: boolean;
  readonly load: QueryDefinition<Args, Value>['load'];
  readonly loadMany: QueryDefinition<Args, Value>['loadMany'];
  readonly tags: QueryDefinition<Args, Value>['tags'];
  readonly valueTags: QueryDefinition<Args, Value>['valueTags'];
  readonly ttlOf: QueryDefinition<Args, Value>['ttlOf'];
  private readonly followsChanges: QueryDefinition<Args, Value>['followsChanges'];
  readonly codec: QueryDefinition<Args, Value>['codec'];
  readonly scope: QueryDefinition<Args, Value>['scope'];

  constructor(definition: QueryDefinition<Args, Value>) {
    this.name = definition.name;
    this.ttlSeconds = definition.ttlSeconds;
    this.staleSeconds = definition.staleSeconds ?? 0;
    this.negativeTtlSeconds = definition.negativeTtlSeconds ?? this.ttlSeconds;
    this.negativeStaleSeconds = Math.min(this.staleSeconds, this.negativeTtlSeconds);
    this.softTimeoutSeconds = definition.softTimeoutSeconds ?? 0;
    this.loadTimeoutSeconds = definition.loadTimeoutSeconds ?? 30;
    this.schemaVersion = definition.schemaVersion ?? 1;
    this.sqlLabel = definition.sqlLabel ?? null;
    // Bound functions keep their `this`, and the caller may change its object later.
    this.load = definition.load.bind(definition);
    this.loadMany = definition.loadMany?.bind(definition);
    this.tags = definition.tags?.bind(definition);
    this.valueTags = definition.valueTags?.bind(definition);
    this.ttlOf = definition.ttlOf?.bind(definition);
    this.followsChanges = definition.followsChanges?.bind(definition);
    this.codec = definition.codec;
    this.scope = definition.scope?.bind(definition);
    this.isScoped = this.scope !== undefined;
    const problem = checkDefinition(this, definition.concurrentLoads);
    if (problem) throw this.error('E_QUERY_DEFINITION', problem);
  }

  /** Whether stored answers are known to be up to date; see {@link QueryDefinition.followsChanges}. */
  get isFollowed(): boolean {
    return this.followsChanges?.() ?? true;
  }

  /** Life of a new validity token: enough for the load and for the answer null. Other answers extend it when they are stored. */
  get newTokenSeconds(): number {
    const life = this.negativeTtlSeconds + this.negativeStaleSeconds;
    return Math.max(2 * life, Math.ceil(this.loadTimeoutSeconds) + life);
  }

  error(
    code: QueryCacheErrorCode,
    problem: string,
    options?: ConstructorParameters<typeof QueryCacheError>[2],
  ): QueryCacheError {
    return new QueryCacheError(code, `The query "${this.name}" ${problem}`, options);
  }
}
