import type { Request } from 'express';

/** For example `/api/flights/:id`. Never the path itself: every id would be a series of its own. */
export function routeOf(request: Request): string | undefined {
  return (request.route as { path?: string } | undefined)?.path;
}
