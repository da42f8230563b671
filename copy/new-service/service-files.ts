import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REPOSITORY, versionOf } from '../templates/repository.js';
import { filesBelow, filesOf, readTemplates } from '../templates/templates.js';
import { rewriteLinks } from '../texts/rewrite.js';
import { keepRegions } from './regions.js';

/** Files of the service alone. They stand for those of the repository with the same path. */
const SKELETON = 'copy/service';
/** Checks the skeleton here. The service has the repository's. */
const NOT_COPIED = [`${SKELETON}/tsconfig.json`];
/** npm packs no file of this name. */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: '.gitignore' };

/** Files of the repository that every service has, beside the modules and what these need. */
const SHARED = [
  '.editorconfig',
  '.nvmrc',
  '.prettierrc',
  'LICENSE',
  'docker/Dockerfile',
  'docker/acl',
  'docker/make-env.sh',
  'local',
  'nest-cli.json',
  'src/config/config.conflicts.ts',
  'src/config/config.module.ts',
  'src/config/config.ts',
  'src/config/index.ts',
  'src/config/settings/core.settings.ts',
  'src/config/settings/settings.ts',
  'src/config/values',
  'src/http',
  'src/main.ts',
  'src/telemetry',
  'tsconfig.build.json',
  'tsconfig.json',
];
/** Parts of those that only the demo or some modules need, and lists of tests that stay here. */
const LEFT_OUT =
  /^(local\/launcher\/demo\/|src\/telemetry\/subscribers\/|.*\/(GUARANTEES\.md|template\.json)$)/;

/** The settings, metrics and spans of each module. */
const OF_MODULE: Readonly<Record<string, readonly string[]>> = {
  sessions: ['src/config/settings/sessions.settings.ts', 'src/telemetry/subscribers/session-metrics.ts'],
  'query-cache': [
    'src/config/settings/cache.settings.ts',
    'src/telemetry/subscribers/lookup-metrics.ts',
    'src/telemetry/subscribers/lookup-spans.ts',
  ],
  'plain-cache': ['src/config/settings/cache.settings.ts'],
  leaderboard: ['src/config/settings/leaderboard.settings.ts', 'src/telemetry/subscribers/board-metrics.ts'],
};

type Packages = Record<string, string>;

export interface ServiceRequest {
  /** The name of the npm package. */
  name: string;
  /** For example `['query-cache', 'leaderboard']`. */
  modules: readonly string[];
}

/** The text of each file of a new service by its path, except those that are copied with its modules. */
export function serviceFiles({ name, modules }: ServiceRequest): Map<string, string> {
  const shared = sharedFiles(modules);
  const places = new Map(shared.map((path) => [path, path]));
  const files = new Map<string, string>();
  for (const path of shared) {
    const text = keepRegions(read(path), modules);
    if (text !== null) files.set(path, rewriteLinks(path, text, places));
  }
  files.set('tsconfig.json', withSources(read('tsconfig.json')));
  // It has no demo, which `for` adds.
  files.set('src/main.ts', read('src/main.ts').replace('AppModule.for(config)', 'AppModule'));
  for (const path of filesBelow(SKELETON)) {
    const text = NOT_COPIED.includes(path) ? null : keepRegions(read(path), modules);
    const place = path.slice(SKELETON.length + 1);
    if (text !== null) files.set(RENAMED[place] ?? place, text.replaceAll('my-service', name));
  }
  files.set('package.json', withVersions(files.get('package.json') ?? '', modules));
  return files;
}

function sharedFiles(modules: readonly string[]): string[] {
  const database = readTemplates().filter((template) => template.name === 'database');
  const shared = SHARED.flatMap(filesBelow).filter((path) => !LEFT_OUT.test(path));
  const ofModules = modules.flatMap((module) => OF_MODULE[module] ?? []);
  // Also where no module needs it: the service queries its own tables.
  return [...new Set([...shared, ...ofModules, ...database.flatMap(filesOf)])];
}

/** The folders that a service has. */
function withSources(text: string): string {
  return text
    .replace(/"include": \[[^\]]*\]/, '"include": ["src", "local", "test", "*.ts"]')
    .replace(/"exclude": \[[^\]]*\]/, '"exclude": ["node_modules", "dist"]');
}

/** Gives each package the exact version that this repository is tested with. */
function withVersions(text: string, modules: readonly string[]): string {
  const packageJson = JSON.parse(text) as Record<'dependencies' | 'devDependencies', Packages>;
  const { dependencies, devDependencies } = packageJson;
  // The subscribers of telemetry need it. The modules bring their own packages.
  if (modules.includes('leaderboard')) dependencies['lru-cache'] = '*';
  const versioned = (packages: Packages) =>
    Object.fromEntries(
      Object.keys(packages)
        .toSorted()
        .map((name) => [name, versionOf(name)]),
    );
  const changes = { dependencies: versioned(dependencies), devDependencies: versioned(devDependencies) };
  return `${JSON.stringify({ ...packageJson, ...changes }, null, 2)}\n`;
}

function read(path: string): string {
  return readFileSync(join(REPOSITORY, path), 'utf8');
}
