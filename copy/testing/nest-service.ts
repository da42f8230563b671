import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface NestService {
  root: string;
  read(path: string): string;
  write(path: string, text: string): void;
}

interface Options {
  isCommonJs?: boolean;
  /** Replaces or, with null, leaves out files. */
  files?: Record<string, string | null>;
  packages?: Record<string, string>;
  devPackages?: Record<string, string>;
}

/** A folder with the files of a service as `nest new` makes it, as far as a copy reads them. It is removed after the test. */
export function nestService(options: Options = {}): NestService {
  const root = mkdtempSync(join(tmpdir(), 'nest-service-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const service: NestService = {
    root,
    read: (path) => readFileSync(join(root, path), 'utf8'),
    write: (path, text) => {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
  };
  for (const [path, text] of Object.entries({ ...filesOf(options), ...options.files }))
    if (text !== null) service.write(path, text);
  return service;
}

function filesOf({ isCommonJs = false, packages, devPackages }: Options): Record<string, string> {
  const suffix = isCommonJs ? '' : '.js';
  return {
    'package.json': json({
      name: 'my-service',
      ...(!isCommonJs && { type: 'module' }),
      dependencies: {
        '@nestjs/common': '^12.0.1',
        '@nestjs/core': '^12.0.1',
        '@nestjs/platform-express': '^12.0.1',
        'reflect-metadata': '^0.2.2',
        rxjs: '^7.8.1',
        ...packages,
      },
      devDependencies: {
        '@types/node': '^24.0.0',
        ...(isCommonJs ? { jest: '^30.0.0' } : { vitest: '^4.1.2' }),
        ...devPackages,
      },
    }),
    'nest-cli.json': json({
      collection: '@nestjs/schematics',
      sourceRoot: 'src',
      compilerOptions: { deleteOutDir: true },
    }),
    'tsconfig.json': json({ compilerOptions: { module: 'nodenext', outDir: './dist' } }),
    'src/app.module.ts': `import { Module } from '@nestjs/common';
import { AppController } from './app.controller${suffix}';

@Module({
  imports: [],
  controllers: [AppController],
})
export class AppModule {}
`,
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
