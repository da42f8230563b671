import { type CanActivate, createParamDecorator, type ExecutionContext, UseGuards } from '@nestjs/common';
import type { Request, Response } from 'express';

/** A request with one of these headers goes the normal way: it may get another answer. */
export const NORMAL_WAY_HEADERS: ReadonlySet<string> = new Set(
  `authorization cache-control content-length cookie expect if-match if-modified-since if-range
  if-unmodified-since origin pragma range transfer-encoding upgrade`.split(/\s+/),
);

const MARK = 'fastLaneQuery';

/** Runs after all guards, right before the handler. */
export class FastLaneMark implements CanActivate {
  constructor(readonly query: string) {}

  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getResponse<Response>().locals[MARK] = this.query;
    return true;
  }
}

/** The query that the route of this response declares with {@link FastLane}. */
export function declaredQuery({ locals }: Response): unknown {
  return locals[MARK];
}

/**
 * Declares that the route returns what the `read()` of the named query resolves to, that it depends on the URL alone, and that anybody may
 * have it. Hits in the memory of this process are then answered before Express, its middleware and Nest. The application does not start if a
 * guard, a scope or a parameter contradicts.
 *
 * @example
 * `@Get(':id') @FastLane('flights.flight')` above `flight(@Param('id') id: string) { return this.flightQuery.read({ id }); }`
 */
export function FastLane(query: string): MethodDecorator {
  return UseGuards(new FastLaneMark(query));
}

export function readControlHeaders(_: unknown, context: ExecutionContext): Request['headers'] {
  const { headers } = context.switchToHttp().getRequest<Request>();
  return Object.fromEntries(['host', ...NORMAL_WAY_HEADERS].map((name) => [name, headers[name]]));
}

/** `@Headers()` for a {@link FastLane}: the headers with which a request goes the normal way, and `host`, which is part of the URL. */
export const ControlHeaders = createParamDecorator(readControlHeaders);
