import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { type NextFunction, type Request, type Response, static as serveFiles } from 'express';
import helmet from 'helmet';
import { explainBodyError, readJsonBody } from './body.js';
import { Drain } from './drain.js';
import { serveOpenApi } from './open-api.js';
import { Origins } from './origins.js';
import { SocketAdapter } from './socket.adapter.js';

const PREFLIGHT_SECONDS = 600;
const PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** What Express does around Nest. The application must be created with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication): void {
  const origins = app.get(Origins);
  app.set('trust proxy', origins.trustsProxy);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(app.get(Drain).middleware);
  app.use(securityHeaders());
  if (origins.hasOthers) letOtherOriginsRead(app, origins);
  app.use((request: Request, _response: Response, next: NextFunction) =>
    next(origins.refusalOfRequest(request) ?? undefined),
  );
  app.use(readJsonBody, explainBodyError);
  if (existsSync(PAGE)) servePage(app);
  app.useWebSocketAdapter(new SocketAdapter(app, origins));
  serveOpenApi(app);
}

function letOtherOriginsRead(app: NestExpressApplication, origins: Origins): void {
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.vary('Origin');
    next();
  });
  app.enableCors((request: Request, decide: (error: null, options: CorsOptions) => void) =>
    decide(null, corsOptions(origins, request)),
  );
}

/** For reads only: a preflight for anything else is answered without its method, and the browser then sends nothing. */
function corsOptions(origins: Origins, { headers: { origin } }: Request): CorsOptions {
  if (!origins.maySeeAnswers(origin)) return { origin: false };
  return {
    origin,
    methods: ['GET', 'HEAD'],
    // Never with a wildcard: each of these origins is named in ALLOWED_ORIGINS.
    credentials: true,
    allowedHeaders: ['Authorization', 'Cache-Control', 'If-None-Match', 'Traceparent'],
    exposedHeaders: ['Age', 'Cache-Status', 'ETag', 'Retry-After', 'Server-Timing'],
    maxAge: PREFLIGHT_SECONDS,
  };
}

/** Only paths that the page has: no other request may wait for libuv's threads, which hashing keeps busy. */
function servePage(app: NestExpressApplication): void {
  const files = serveFiles(PAGE);
  const topLevel = new Set(['', ...readdirSync(PAGE)]);
  app.use((request: Request, response: Response, next: NextFunction) =>
    topLevel.has(request.path.split('/')[1] ?? '') ? files(request, response, next) : next(),
  );
}

function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        imgSrc: ["'self'", 'data:'],
        // Swagger UI and uPlot set styles inline; scripts are ours only.
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Whether HTTPS is used is the proxy's decision, and a demo on http://localhost must not pin it.
    strictTransportSecurity: false,
  });
}
