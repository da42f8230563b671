import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path/posix';
import { describe, expect, it } from 'vitest';
import { CopyError } from '../copy-error.js';
import { importsOf } from './imports.js';
import { REPOSITORY, versionOf } from './repository.js';
import type { Template } from './template.js';
import { filesBelow, filesOf, readTemplates, withNeeds } from './templates.js';

const NOT_COPIED = ['template.json', 'GUARANTEES.md'];
const templates = readTemplates();
const isTest = (path: string) => /\.(e2e-)?spec\.ts$/.test(path) || path.startsWith('test/');
const codeOf = (template: Template) => filesOf(template).filter((path) => path.endsWith('.ts'));
const isInstalled = (name: string) => {
  try {
    return versionOf(name) !== '';
  } catch {
    return false;
  }
};

/** The file or package that a specifier names. */
function resolve(path: string, specifier: string): string {
  if (specifier.startsWith('.')) return join(dirname(path), specifier).replace(/\.js$/, '.ts');
  return specifier.startsWith('@')
    ? specifier.split('/').slice(0, 2).join('/')
    : (specifier.split('/')[0] ?? '');
}

/** All imports of the code of a template. */
function allImports(template: Template) {
  return codeOf(template).flatMap((path) =>
    importsOf(path).map(({ specifier, isType }) => ({
      path,
      isType,
      isFile: specifier.startsWith('.'),
      isBuiltIn: specifier.startsWith('node:'),
      to: resolve(path, specifier),
    })),
  );
}

function packagesOf(template: Template) {
  const imports = allImports(template).filter(({ isFile }) => !isFile);
  const ofPackages = imports.filter(({ isBuiltIn }) => !isBuiltIn);
  const typesOf = (name: string) => `@types/${name.replace(/^@/, '').replace('/', '__')}`;
  const hasTypesElsewhere = (name: string) => isInstalled(typesOf(name));
  const loaded = ofPackages.filter(({ isType, to }) => !(isType && hasTypesElsewhere(to)));
  const runtime = loaded.filter(({ path }) => !isTest(path)).map(({ to }) => to);
  const dev = [
    ...loaded.filter(({ path }) => isTest(path)).map(({ to }) => to),
    ...ofPackages
      .map(({ to }) => to)
      .filter(hasTypesElsewhere)
      .map(typesOf),
    ...(imports.some(({ isBuiltIn }) => isBuiltIn) ? ['@types/node'] : []),
  ];
  const isRuntime = new Set(runtime);
  return { runtime: isRuntime, dev: new Set(dev.filter((name) => !isRuntime.has(name))) };
}

function peersOf(name: string): { all: string[]; required: string[] } {
  const file = join(REPOSITORY, 'node_modules', name, 'package.json');
  const { peerDependencies = {}, peerDependenciesMeta = {} } = createRequire(file)(file) as {
    peerDependencies?: Record<string, string>;
    peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  };
  const all = Object.keys(peerDependencies);
  return { all, required: all.filter((peer) => !peerDependenciesMeta[peer]?.optional) };
}

describe.each(templates.map((template) => [template.folder, template] as const))(
  'src/%s/template.json',
  (folder, template) => {
    it('lists every file of the folder', () => {
      const files = filesBelow(`src/${folder}`).filter((path) => !NOT_COPIED.includes(basename(path)));
      expect(filesOf(template).filter((path) => path.startsWith('src/'))).toEqual(files.toSorted());
    });

    it('lists no code that index.ts does not reach', () => {
      const reached = new Set([`src/${folder}/index.ts`]);
      for (const path of reached)
        for (const { specifier } of importsOf(path)) {
          const to = resolve(path, specifier);
          if (to.startsWith(`src/${folder}/`)) reached.add(to);
        }
      expect(codeOf(template).filter((path) => !isTest(path) && !reached.has(path))).toEqual([]);
    });

    it('lists no Lua script that no code names', () => {
      const code = codeOf(template).map((path) => readFileSync(join(REPOSITORY, path), 'utf8'));
      const scripts = filesOf(template).filter((path) => path.endsWith('.lua'));
      const isNamed = (path: string) =>
        code.some((text) => new RegExp(`['/]${basename(path, '.lua')}(\\.lua)?'`).test(text));
      expect(scripts.filter((path) => !isNamed(path))).toEqual([]);
    });

    it('needs exactly the templates whose code it imports', () => {
      const files = allImports(template).filter(
        ({ isFile, to }) => isFile && !filesOf(template).includes(to),
      );
      const owners = files.map(({ path, to }) => {
        const owner = templates.find((other) => filesOf(other).includes(to));
        return owner?.name ?? `${path} imports ${to}, which is in no template`;
      });
      expect([...new Set(owners)].toSorted()).toEqual(template.needs.toSorted());
    });

    it('lists every package that the code needs to run, and otherwise only their peers', () => {
      const { runtime } = packagesOf(template);
      expect([...runtime].filter((name) => !template.packages.includes(name))).toEqual([]);
      const peers = new Set(template.packages.flatMap((name) => peersOf(name).all));
      expect(template.packages.filter((name) => !runtime.has(name) && !peers.has(name))).toEqual([]);
    });

    it('lists exactly the packages that types and tests need', () => {
      const { dev } = packagesOf(template);
      expect(template.devPackages.toSorted()).toEqual(
        [...dev].filter((name) => !template.packages.includes(name)).toSorted(),
      );
    });

    it('comes with every package that its packages need beside them', () => {
      const all = new Set(withAllNeeds(template).flatMap(({ packages }) => packages));
      const required = template.packages.flatMap((name) => peersOf(name).required);
      expect(required.filter((name) => !all.has(name))).toEqual([]);
    });

    it('lists exactly the settings that its options read', () => {
      const own = { ...template.module, contributions: [] };
      const given = templates
        .flatMap(({ module }) => module?.contributions ?? [])
        .filter(({ module }) => module === template.name);
      const read = new Set(
        [...JSON.stringify([own, given]).matchAll(/process\.env\.(\w+)/g)].map(([, name = '']) => name),
      );
      expect(template.settings.map(({ name }) => name).toSorted()).toEqual([...read].toSorted());
    });

    it('gives every option that the module requires, and none that it does not know', () => {
      const { required, known } = template.module ? optionsOf(template) : { required: [], known: [] };
      const given = Object.keys(template.module?.options ?? {});
      expect(required.filter((name) => !given.includes(name))).toEqual([]);
      expect(given.filter((name) => !known.includes(name))).toEqual([]);
    });

    it('imports exactly the names that its options have', () => {
      const { inject = [], uses = {}, options = {}, contributions = [] } = template.module ?? {};
      const code = [...inject, ...Object.values(options), ...contributions.map(({ value }) => value)].join(
        ' ',
      );
      const calls = [...code.matchAll(/\b([a-z]\w*)\(/g)].map(([, name]) => name ?? '');
      const used = Object.values(uses).flat();
      expect(used.filter((name) => !new RegExp(`\\b${name}\\b`).test(code))).toEqual([]);
      expect(inject.filter((name) => !used.includes(name))).toEqual([]);
      expect(calls.filter((name) => !code.includes(`.${name}(`) && !used.includes(name))).toEqual([]);
    });

    it('lists exactly the files with steps that create tables', () => {
      const files = codeOf(template).filter((path) => path.endsWith('.migrations.ts'));
      expect(template.migrations.map((name) => `src/${folder}/${name}`)).toEqual(files);
    });
  },
);

describe('withNeeds', () => {
  it('returns a module after everything that it needs', () => {
    expect(withNeeds(['leaderboard']).map(({ name }) => name)).toEqual([
      'common',
      'engine',
      'database',
      'leaderboard',
    ]);
  });

  it.each(['no-such-module', 'engine', '../engine'])('rejects %s and lists the modules', (name) => {
    expect(() => withNeeds([name])).toThrow(CopyError);
    expect(() => withNeeds([name])).toThrow(
      `There is no module "${name}". Choose from query-cache, plain-cache, leaderboard, sessions.`,
    );
  });
});

function withAllNeeds(template: Template): Template[] {
  return [template, ...templates.filter(({ name }) => template.needs.includes(name)).flatMap(withAllNeeds)];
}

/** The members of the interfaces in the file with the options. */
function optionsOf({ folder }: Template): { required: string[]; known: string[] } {
  const text = readFileSync(join(REPOSITORY, `src/${folder}/${folder}.options.ts`), 'utf8');
  const members = [...text.matchAll(/^ {2}(?:readonly )?(\w+)(\?)?(?:\(.*\))?: .*;$/gm)];
  return {
    required: members.filter(([, , optional]) => !optional).map(([, name]) => name ?? ''),
    known: members.map(([, name]) => name ?? ''),
  };
}
