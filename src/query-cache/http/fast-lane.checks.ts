import { RequestMethod, type Type } from '@nestjs/common';
import {
  GUARDS_METADATA,
  INTERCEPTORS_METADATA,
  METHOD_METADATA,
  ROUTE_ARGS_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { AbstractHttpAdapter, DiscoveryService } from '@nestjs/core';
import { QueryCacheError } from '../query-cache.errors.js';
import type { QueryCacheService } from '../query-cache.service.js';
import { FastLaneMark, readControlHeaders } from './fast-lane.decorator.js';

const OF_THE_URL = [RouteParamtypes.PARAM, RouteParamtypes.QUERY, RouteParamtypes.HOST].map(String);

/**
 * Whether any route has `@FastLane()`.
 *
 * @throws {QueryCacheError} E_QUERY_DEFINITION if something shows that its answer is not for anybody, or depends on more than the URL.
 */
export function hasFastLanes(
  discovery: DiscoveryService,
  queries: QueryCacheService,
  adapter: AbstractHttpAdapter,
): boolean {
  const controllers = discovery.getControllers().map(({ metatype }) => metatype as Type);
  const globals = discovery.getProviders().map(({ subtype }) => subtype);
  const shared =
    (adapter.getType() === 'express' ? undefined : 'the application does not run on Express') ??
    (globals.includes('guard') ? 'the application has a global guard, which would not run' : undefined) ??
    (globals.includes('interceptor')
      ? 'the application has a global interceptor, which would not run'
      : undefined);
  const routes = controllers.flatMap(routesOf);
  for (const { name, mark, problem } of routes) {
    const reason = problem ?? shared ?? queries.whyNotForAll(mark.query);
    if (!reason) continue;
    const text = `${name} has @FastLane('${mark.query}'), but ${reason}. Remove @FastLane().`;
    throw new QueryCacheError('E_QUERY_DEFINITION', text);
  }
  return routes.length > 0;
}

function routesOf(controller: Type) {
  const { name, prototype } = controller as { name: string; prototype: Record<string, object> };
  return Object.getOwnPropertyNames(prototype).flatMap((method) => {
    const mark = read(GUARDS_METADATA, prototype[method]).find((guard) => guard instanceof FastLaneMark);
    return mark ? [{ name: `${name}.${method}`, mark, problem: problemOf(controller, method) }] : [];
  });
}

function problemOf(controller: Type, method: string): string | undefined {
  const handler = (controller.prototype as Record<string, object>)[method];
  const all = (key: string) => [...read(key, controller), ...read(key, handler)];
  if (!read(METHOD_METADATA, handler).includes(RequestMethod.GET)) return 'it is not a @Get() route';
  if (all(GUARDS_METADATA).some((guard) => !(guard instanceof FastLaneMark)))
    return 'it has a guard, which would not run';
  if (all(INTERCEPTORS_METADATA).length > 0) return 'it has an interceptor, which would not run';
  if (all(VERSION_METADATA).length > 0) return 'it has a version, which may come from a header';
  const parameters = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, method) as
    Record<string, { factory?: unknown }> | undefined;
  const isOfTheUrl = ([key, { factory }]: [string, { factory?: unknown }]) =>
    factory ? factory === readControlHeaders : OF_THE_URL.includes(key.split(':', 1)[0] ?? '');
  if (Object.entries(parameters ?? {}).every(isOfTheUrl)) return undefined;
  return 'it reads more of the request than @Param(), @Query(), @HostParam() and @ControlHeaders() give';
}

function read(key: string, target: object | undefined): unknown[] {
  const value: unknown = target && Reflect.getMetadata(key, target);
  return value === undefined ? [] : [value].flat();
}
