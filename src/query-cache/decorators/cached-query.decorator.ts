import { SetMetadata } from '@nestjs/common';
import type { CachedQuery as DefinedQuery } from '../lookup/cached-query.js';
import type { Codec, Jsonify } from '../query/codec.js';
import type { QueryDefinition } from '../query/query-definition.js';

/** One query, answered from memory where possible, and from the database otherwise: what `QueryCacheService.define()` returns. */
export type CachedQuery<Args, Value> = DefinedQuery<Args, Value>;

/** A {@link QueryDefinition} whose arguments are the parameters of a method, and whose value is its result. */
export interface CachedQueryOptions<Args extends unknown[], Value> extends Omit<
  QueryDefinition<Args, Value>,
  'name' | 'tags' | 'scope' | 'load' | 'loadMany'
> {
  /** `<class>.<method>` by default, for example `FlightsService.topRoutes`. */
  name?: string;
  /** See {@link QueryDefinition.tags}. */
  tags?: (...args: Args) => readonly string[];
  /** See {@link QueryDefinition.scope}. */
  scope?: (...args: Args) => string;
}

/** Decorates methods with at least these parameters, and this result. */
type DecoratorOf<Args extends unknown[], Result> = <
  Method extends (...args: [...Args, ...never[]]) => Promise<Result>,
>(
  target: object,
  name: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/** As {@link DecoratorOf}, for methods whose result may be null, and is what the codec decodes or survives JSON. */
type CachedDecoratorOf<Args extends unknown[], Value, HasCodec extends boolean> = <
  Method extends (...args: [...Args, ...never[]]) => Promise<Value | null | undefined>,
>(
  target: object,
  name: HasCodec extends true
    ? Decodes<Value, Awaited<ReturnType<Method>>>
    : Survives<Awaited<ReturnType<Method>>>,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

type Survives<Value> = [Value] extends [Jsonify<Value>]
  ? string
  : 'This method needs a codec: its result does not survive JSON';
type Decodes<Value, Result> = [Value] extends [Result]
  ? string
  : 'The codec decodes another type than the result of this method';

/** The key of the options of {@link CachedQuery}. */
export const CACHED_QUERY = 'query-cache:cached-query';
/** The key of the function that {@link InvalidatesTags} was called with. */
export const INVALIDATES_TAGS = 'query-cache:invalidates-tags';

/**
 * Answers a method of a provider from memory, as `QueryCacheService.define()` does. The arguments of the query are the list of parameters. It
 * takes effect when the application starts, which fails if a parameter is no plain data, for example a `Date` or a class with methods. A result that does not survive
 * JSON needs a codec, and so does one that the compiler does not know, as in a generic class.
 *
 * @example
 * ```ts
 * class RoutesService {
 *   @CachedQuery({ ttlSeconds: 60, tags: (origin: string) => [`airport:${origin}`] })
 *   topRoutes(origin: string, limit = 20): Promise<TopRoutes> {
 *     return this.repository.topRoutes(origin, limit);
 *   }
 * }
 * ```
 */
export function CachedQuery<Args extends unknown[] = [], Value = unknown>(
  options: CachedQueryOptions<Args, Value> & { codec: Codec<Value> },
): CachedDecoratorOf<Args, Value, true>;
export function CachedQuery<Args extends unknown[] = [], Value = unknown>(
  options: CachedQueryOptions<Args, Value>,
): CachedDecoratorOf<Args, Value, false>;
export function CachedQuery<Args extends unknown[], Value>(
  options: CachedQueryOptions<Args, Value>,
): DecoratorOf<Args, Value> {
  return (target, name, descriptor) => void SetMetadata(CACHED_QUERY, options)(target, name, descriptor);
}

/**
 * Invalidates tags after a method of a provider has resolved, and inside `QueryCacheService.afterCommit()` after the transaction has
 * committed. The method resolves when the engine has confirmed the invalidation, or has not answered: then it is retried.
 *
 * @param tags gets the result of the method, and its parameters.
 * @example
 * ```ts
 * class RoutesService {
 *   @InvalidatesTags((_: Flight, { origin }: NewFlight) => [`airport:${origin}`])
 *   add(flight: NewFlight): Promise<Flight> {
 *     return this.repository.add(flight);
 *   }
 * }
 * ```
 */
export function InvalidatesTags<Result, Args extends unknown[] = []>(
  tags: (result: Result, ...args: Args) => readonly string[],
): DecoratorOf<Args, Result> {
  return (target, name, descriptor) => void SetMetadata(INVALIDATES_TAGS, tags)(target, name, descriptor);
}
