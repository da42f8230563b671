import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CorsOptions } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, Response } from 'express';
import serveFiles from 'express-static-gzip';
import helmet from 'helmet';
import { explainBodyError, readJsonBody } from './requests/body.js';
import { Drain } from './drain.js';
import { type ApiTitle, serveOpenApi } from './open-api.js';
import { Origins } from './origins/origins.js';
import { SocketAdapter } from './origins/socket.adapter.js';

const PREFLIGHT_SECONDS = 600;
const PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Sets up Express: origins, security headers, bodies, the page, websockets and OpenAPI. Create the application with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, title: ApiTitle): void {
  const origins = app.get(Origins);
  app.set('trust proxy', origins.trustsProxy);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(app.get(Drain).middleware);
  app.use(securityHeaders());
  if (origins.hasOthers) allowReadsFromOtherOrigins(app, origins);
  app.use((request: Request, _response: Response, next: NextFunction) =>
    next(origins.refusalOfRequest(request) ?? undefined),
  );
  app.use(readJsonBody, explainBodyError);
  if (existsSync(PAGE)) servePage(app);
  app.useWebSocketAdapter(new SocketAdapter(app, origins));
  serveOpenApi(app, title);
}

function allowReadsFromOtherOrigins(app: NestExpressApplication, origins: Origins): void {
  app.use((_request: Request, response: Response, next: NextFunction) => {
    response.vary('Origin');
    next();
  });
  app.enableCors((request: Request, decide: (error: null, options: CorsOptions) => void) =>
    decide(null, corsOptions(origins, request)),
  );
}

/** Allows reads only: the answer to any other preflight does not list the method, so the browser does not send the request. */
function corsOptions(origins: Origins, { headers: { origin } }: Request): CorsOptions {
  if (!origins.mayReadAnswers(origin)) return { origin: false };
  return {
    origin,
    methods: ['GET', 'HEAD'],
    // Safe because there is no wildcard: every origin is listed in ALLOWED_ORIGINS.
    credentials: true,
    allowedHeaders: ['Authorization', 'Cache-Control', 'If-None-Match', 'Traceparent'],
    exposedHeaders: ['Age', 'Cache-Status', 'ETag', 'Retry-After', 'Server-Timing'],
    maxAge: PREFLIGHT_SECONDS,
  };
}

/** Serves only paths of the page, with the files that the build has compressed. Looking for a file needs a libuv thread, and password hashing keeps those busy. */
function servePage(app: NestExpressApplication): void {
  const files = serveFiles(PAGE, {
    enableBrotli: true,
    orderPreference: ['br', 'gzip'],
    serveStatic: { setHeaders: (response, file) => response.setHeader('Cache-Control', freshnessOf(file)) },
  });
  const topLevel = new Set(['', ...readdirSync(PAGE)]);
  app.use((request: Request, response: Response, next: NextFunction) =>
    topLevel.has(request.path.split('/')[1] ?? '') ? files(request, response, next) : next(),
  );
}

/** The names of assets contain a hash of their content. */
function freshnessOf(file: string): string {
  return dirname(file) === join(PAGE, 'assets') ? 'public, max-age=31536000, immutable' : 'no-cache';
}

function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", 'ws:', 'wss:'],
        imgSrc: ["'self'", 'data:'],
        // Swagger UI and uPlot set inline styles.
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // The proxy decides about HTTPS, and a demo on http://localhost must not force it.
    strictTransportSecurity: false,
  });
}
