import type { Request } from 'express';

/** `/api/flights/:id`, never the path itself: paths with ids would be endless names. */
export function routeOf(request: Request): string | undefined {
  return (request.route as { path?: string } | undefined)?.path;
}
