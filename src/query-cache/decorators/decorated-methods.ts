import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { QueryCacheError } from '../query-cache.errors.js';
import { QueryCacheService } from '../query-cache.service.js';
import { CACHED_QUERY, type CachedQueryOptions, INVALIDATES_TAGS } from './cached-query.decorator.js';
import { notPlain } from './plain-parameters.js';

type Args = unknown[];
type Method = (...args: Args) => Promise<unknown>;
type Instance = Record<string, Method>;
type TagsOf = (result: unknown, ...args: Args) => readonly string[];

/** Replaces methods with `@CachedQuery()` or `@InvalidatesTags()` on the instances of their classes. */
@Injectable()
export class DecoratedMethods implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly queries: QueryCacheService,
  ) {}

  /** @throws {QueryCacheError} E_QUERY_DEFINITION */
  onModuleInit(): void {
    /** Why methods of an instance cannot be replaced, if they cannot. */
    const instances = new Map<Instance, string | undefined>();
    for (const wrapper of this.discovery.getProviders()) {
      const isSingle = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
      instances.set(
        wrapper.instance as Instance,
        isSingle ? undefined : 'its class is created more than once',
      );
    }
    for (const { instance } of this.discovery.getControllers())
      instances.set(instance as Instance, 'its class is a controller');
    for (const [instance, problem] of instances)
      if (typeof instance === 'object' && instance !== null) this.replaceMethods(instance, problem);
  }

  private replaceMethods(instance: Instance, problemOfClass: string | undefined): void {
    const prototype = Object.getPrototypeOf(instance) as Instance | null;
    for (const name of this.scanner.getAllMethodNames(prototype)) {
      const method = prototype?.[name];
      if (!prototype || !method) continue;
      const options = Reflect.getMetadata(CACHED_QUERY, method) as
        CachedQueryOptions<Args, unknown> | undefined;
      const tags = Reflect.getMetadata(INVALIDATES_TAGS, method) as TagsOf | undefined;
      if (!options && !tags) continue;
      const fullName = `${prototype.constructor.name}.${name}`;
      const types =
        options && (Reflect.getMetadata('design:paramtypes', prototype, name) as Args | undefined);
      const both = 'it has @InvalidatesTags() too, which an answer from memory would skip';
      const problem = problemOfClass ?? (options && tags ? both : notPlain(types ?? []));
      if (problem) {
        const text = `${fullName} has @${options ? 'CachedQuery' : 'InvalidatesTags'}(), but ${problem}. Use QueryCacheService instead.`;
        throw new QueryCacheError('E_QUERY_DEFINITION', text);
      }
      const own = method.bind(instance);
      if (options) instance[name] = this.cached(own, { name: fullName, ...options });
      if (tags) instance[name] = this.invalidating(own, tags);
    }
  }

  private cached(
    method: Method,
    { tags, scope, ...options }: CachedQueryOptions<Args, unknown> & { name: string },
  ): Method {
    const query = this.queries.define<Args, unknown>({
      ...options,
      ...(tags && { tags: (args: Args) => tags(...args) }),
      ...(scope && { scope: (args: Args) => scope(...args) }),
      load: (args) => method(...args),
    });
    // An optional parameter is the same whether it is left out or undefined.
    return (...args) => query.get(args.slice(0, args.findLastIndex((arg) => arg !== undefined) + 1));
  }

  private invalidating(method: Method, tagsOf: TagsOf): Method {
    return async (...args) => {
      const result = await method(...args);
      await this.queries.invalidateAfterCommit(tagsOf(result, ...args));
      return result;
    };
  }
}
