import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NestService } from './nest-service.js';
import { run } from './run.js';

const PACKAGES = [
  '@nestjs/typeorm@12.0.2',
  'typeorm@1.1.1',
  '@prisma/adapter-pg@7.10.0',
  '@prisma/client@7.10.0',
  'prisma@7.10.0',
  'drizzle-orm@0.45.4',
  'kysely@0.29.9',
];
const FILES = {
  'prisma.config.ts': 'prisma.config.ts',
  'schema.prisma': 'schema.prisma',
  'orms.service-spec.ts': 'test/orms.e2e-spec.ts',
  'recipes.service-spec.ts': 'test/recipes.e2e-spec.ts',
};

describe('a service with TypeORM, Prisma, Drizzle and Kysely', () => {
  let service: NestService;
  beforeAll(async () => {
    service = await NestService.create('esm');
    await service.copy('leaderboard', 'query-cache');
    for (const [from, to] of Object.entries(FILES))
      cpSync(join('test/copy/orms', from), join(service.folder, to));
    await service.npm('install', '--no-audit', '--no-fund', '--ignore-scripts', ...PACKAGES);
    // This command does not run the schema engine, but would download it.
    await run('npx', ['--no-install', 'prisma', 'generate'], {
      cwd: service.folder,
      env: { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1' },
    });
  });
  afterAll(() => service.remove());

  it('shares its database with the leaderboard, each on its own pool or on one', async () => {
    const output = await service.npm('run', 'test:e2e', '--', '--testTimeout=60000', 'test/orms');
    expect(output).toMatch(/Tests +3 passed/);
  });

  it('caches with each of them, and with fetch, as the recipes of the query cache say', async () => {
    await service.npx('tsc', '--noEmit', '-p', '.');
    const output = await service.npm('run', 'test:e2e', '--', '--testTimeout=60000', 'test/recipes');
    expect(output).toMatch(/Tests +5 passed/);
  });
});
