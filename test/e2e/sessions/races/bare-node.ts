import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import session, { type Store } from 'express-session';

declare module 'express-session' {
  interface SessionData {
    fields: Record<string, true>;
  }
}

export interface BareNode {
  url: string;
  close(): void;
}

/**
 * Starts plain express with express-session on any store. It saves before it responds, which is more than most applications do.
 *
 * @param beforeSave delays a request between reading its session and saving it.
 */
export async function startBareNode(
  store: Store,
  beforeSave: (field: string) => Promise<void> | void = () => undefined,
): Promise<BareNode> {
  const app = express();
  app.use(session({ store, secret: 'of this test', resave: false, saveUninitialized: false }));
  app.post('/session', (request, response, next) => {
    request.session.fields = {};
    request.session.save(respondOrFail(response, next));
  });
  app.get('/session', signedIn, (request, response) => {
    response.json(Object.keys(request.session.fields ?? {}));
  });
  app.put('/session/:field', signedIn, (request, response, next) => {
    const field = String(request.params['field']);
    const save = () => {
      Object.assign(request.session.fields ?? {}, { [field]: true });
      request.session.save(respondOrFail(response, next));
    };
    void Promise.resolve(beforeSave(field)).then(save);
  });
  app.delete('/session', signedIn, (request, response, next) => {
    request.session.destroy(respondOrFail(response, next));
  });
  app.use((_error: unknown, _request: Request, response: Response, _next: NextFunction) => {
    response.sendStatus(503);
  });
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/session`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

const signedIn: RequestHandler = (request, response, next) => {
  if (request.session.fields) next();
  else response.sendStatus(401);
};

function respondOrFail(response: Response, next: NextFunction) {
  return (error?: unknown) => void (error ? next(error) : response.sendStatus(204));
}

export async function signIn({ url }: BareNode): Promise<string> {
  const { headers } = await fetch(url, { method: 'POST' });
  return headers.getSetCookie()[0]?.split(';')[0] ?? '';
}

interface Sent {
  method: 'GET' | 'PUT' | 'DELETE';
  cookie: string;
  field?: string;
}

export async function send({ url }: BareNode, { method, cookie, field }: Sent): Promise<number> {
  const response = await fetch(field ? `${url}/${field}` : url, { method, headers: { cookie } });
  await response.arrayBuffer();
  return response.status;
}
