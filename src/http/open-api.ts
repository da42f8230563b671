import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { describeProblems } from './problem-responses.js';

/** Names the application in its OpenAPI description. */
export interface ApiTitle {
  /** For example `My service`. */
  title: string;
  /** One sentence about what the API offers. */
  description: string;
}

/** OpenAPI at `/docs`, its JSON at `/docs-json`. */
export function serveOpenApi(app: INestApplication, { title, description }: ApiTitle): void {
  const document = new DocumentBuilder()
    .setTitle(title)
    .setDescription(description)
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'GAME_SERVER_KEY' }, 'game-server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'OPERATOR_KEY' }, 'operator')
    .addCookieAuth('sid', { type: 'apiKey', in: 'cookie' }, 'session')
    .addCookieAuth('textbook.sid', { type: 'apiKey', in: 'cookie' }, 'textbook-session')
    .build();
  SwaggerModule.setup('docs', app, () => describeProblems(SwaggerModule.createDocument(app, document)));
}
