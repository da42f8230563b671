import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { CopyError } from '../copy-error.js';
import { REPOSITORY } from '../templates/repository.js';

type Versions = Record<string, string>;

/** The Nest service that modules are copied into. Paths are relative to its root. */
export interface Target {
  root: string;
  packages: Versions;
  devPackages: Versions;
  /** Whether its files are compiled to CommonJS, which has no `import.meta`. */
  isCommonJs: boolean;
  /** The runner of its own tests; Vitest where it has none. */
  testRunner: 'vitest' | 'jest';
  platform: 'express' | 'fastify';
  sourceRoot: string;
  /** The file of the root module. */
  appModule: string;
}

interface PackageJson {
  type?: string;
  dependencies?: Versions;
  devDependencies?: Versions;
}

/** Reads what the target is. @throws {CopyError} if it is no Nest service. */
export function readTarget(path: string, appModuleOption?: string): Target {
  const root = resolve(path);
  if (!existsSync(root) || !statSync(root).isDirectory())
    throw new CopyError(
      `${root} is no folder. Name the folder of a Nest service, or create one with: npx nest new`,
    );
  if (root === REPOSITORY)
    throw new CopyError('The target is this repository itself. Name the folder of your service.');
  const { type, dependencies = {}, devDependencies = {} } = readPackageJson(root);
  if (!('@nestjs/core' in dependencies))
    throw new CopyError(
      `${join(root, 'package.json')} has no dependency @nestjs/core. Name the folder of a Nest service.`,
    );
  const sourceRoot = readSourceRoot(root);
  return {
    root,
    packages: dependencies,
    devPackages: devDependencies,
    isCommonJs: readsAsCommonJs(root, type),
    testRunner: 'jest' in devDependencies ? 'jest' : 'vitest',
    platform:
      '@nestjs/platform-fastify' in dependencies && !('@nestjs/platform-express' in dependencies)
        ? 'fastify'
        : 'express',
    sourceRoot,
    appModule: findAppModule(root, appModuleOption ?? `${sourceRoot}/app.module.ts`),
  };
}

function readPackageJson(root: string): PackageJson {
  const file = join(root, 'package.json');
  if (!existsSync(file))
    throw new CopyError(
      `There is no ${file}. Name the folder of a Nest service, or create one with: npx nest new`,
    );
  return readJson(file);
}

function readSourceRoot(root: string): string {
  const file = join(root, 'nest-cli.json');
  if (!existsSync(file)) return 'src';
  return (readJson(file) as { sourceRoot?: string }).sourceRoot?.replace(/\/$/, '') ?? 'src';
}

function findAppModule(root: string, path: string): string {
  if (existsSync(join(root, path))) return path;
  throw new CopyError(
    `There is no ${path} in ${root}. Name the file of the root module with --app-module PATH.`,
  );
}

/** Reads JSON that may have comments, as nest-cli.json and tsconfig.json may. */
function readJson(file: string): Readonly<Record<string, unknown>> {
  const { config, error } = ts.parseConfigFileTextToJson(file, readFileSync(file, 'utf8'));
  if (config && !error) return config as Readonly<Record<string, unknown>>;
  const reason = ts.flattenDiagnosticMessageText(error?.messageText ?? 'It is empty.', ' ');
  throw new CopyError(`${file} is not valid JSON: ${reason} Correct it.`);
}

/** As TypeScript decides it: by `module`, and where that follows Node, by the type of the package. */
function readsAsCommonJs(root: string, type: string | undefined): boolean {
  const file = join(root, 'tsconfig.json');
  const byPackage = type !== 'module';
  if (!existsSync(file)) return byPackage;
  // Only the options are of interest, also those that are inherited.
  const host = { ...ts.sys, readDirectory: () => [] };
  const { module = ts.ModuleKind.NodeNext } = ts.parseJsonConfigFileContent(
    readJson(file),
    host,
    root,
  ).options;
  if (module === ts.ModuleKind.CommonJS) return true;
  return module >= ts.ModuleKind.Node16 && module <= ts.ModuleKind.NodeNext ? byPackage : false;
}
