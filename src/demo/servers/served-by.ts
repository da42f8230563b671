import type { NextFunction, Request, Response } from 'express';

/**
 * Names the node that answers, as proxies and CDNs do, by the address where it accepted the connection. For a demo: it shows that every node
 * has every session.
 */
export function servedBy({ socket }: Request, response: Response, next: NextFunction): void {
  response.set('X-Served-By', `${socket.localAddress}:${socket.localPort}`);
  next();
}
