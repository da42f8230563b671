import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** OpenAPI at `/docs`, its JSON at `/docs-json`. */
export function serveOpenApi(app: INestApplication): void {
  const description = new DocumentBuilder()
    .setTitle('In-memory caching on NestJS')
    .setDescription('Sessions, a query cache and a live leaderboard on Redis, Valkey and Memcached.')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'GAME_SERVER_KEY' }, 'game-server')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'OPERATOR_KEY' }, 'operator')
    .addCookieAuth('sid', { type: 'apiKey', in: 'cookie' }, 'session')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
