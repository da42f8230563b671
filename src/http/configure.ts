import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { static as serveFiles } from 'express';
import helmet from 'helmet';
import { explainBodyError, readJsonBody } from './body.js';
import { Drain } from './drain.js';
import { serveOpenApi } from './open-api.js';
import { refuseCrossSiteMutations } from './same-origin.js';
import { SocketAdapter } from './socket.adapter.js';

const PAGE = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** What Express does around Nest. The application must be created with `bodyParser: false`. */
export function configureHttp(app: NestExpressApplication, { trustProxy }: { trustProxy: boolean }): void {
  app.set('trust proxy', trustProxy ? 1 : false);
  app.set('query parser', 'simple');
  app.disable('x-powered-by');
  app.use(app.get(Drain).middleware);
  app.use(securityHeaders());
  app.use(refuseCrossSiteMutations);
  app.use(readJsonBody, explainBodyError);
  if (existsSync(PAGE)) app.use(serveFiles(PAGE));
  app.useWebSocketAdapter(new SocketAdapter(app));
  serveOpenApi(app);
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
