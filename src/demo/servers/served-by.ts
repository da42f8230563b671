import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NextFunction, Request, Response } from 'express';

/**
 * Names the node that answers, as proxies and CDNs do, by the address where it listens. For a demo: it shows that every node has every
 * session.
 */
export function servedBy(server: Server) {
  return (_request: Request, response: Response, next: NextFunction): void => {
    const { address, port } = server.address() as AddressInfo;
    response.set('X-Served-By', `${address}:${port}`);
    next();
  };
}
