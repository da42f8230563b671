import type { NextFunction, Request, Response } from 'express';

/** Adds `Server-Timing: app` to JSON answers: the textbook side reports no time of its own. */
export function serverTime(_request: Request, response: Response, next: NextFunction): void {
  const startedAt = performance.now();
  const json = response.json.bind(response);
  response.json = (body: unknown) => {
    response.setHeader('Server-Timing', `app;dur=${(performance.now() - startedAt).toFixed(3)}`);
    return json(body);
  };
  next();
}
