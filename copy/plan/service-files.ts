import type { Target } from '../target/target.js';
import type { Template } from '../templates/template.js';
import { addModules, type Wiring } from '../texts/app-module.js';
import { addSettings } from '../texts/env-example.js';
import { addLuaAssets } from '../texts/nest-cli.js';
import { addPackages } from '../texts/package-json.js';
import { type Places, specifierOf } from '../texts/rewrite.js';
import { addTestScript, VITEST_CONFIG, VITEST_CONFIG_TEXT } from '../texts/test-runner.js';
import type { Change } from './copied-files.js';
import type { CopyRecord } from './record.js';
import { readText } from './target-files.js';

interface Copying {
  target: Target;
  /** The modules that were named. */
  modules: readonly string[];
  templates: readonly Template[];
  places: Places;
  before: CopyRecord | undefined;
}

const NEST_CLI = `{\n  "$schema": "https://json.schemastore.org/nest-cli",\n  "sourceRoot": "src"\n}\n`;

/** What changes in the files that are the service's own. */
export function planServiceFiles(copying: Copying): {
  changes: Change[];
  packages: Record<string, string>;
  toDo: string[];
} {
  const { target, modules, templates, places, before } = copying;
  const changes: Change[] = [];
  const edit = (path: string, edited: (text: string) => string, whenMissing = '') => {
    const text = readText(target.root, path);
    const after = edited(text ?? whenMissing);
    if (after === (text ?? whenMissing)) return false;
    changes.push({ path, action: text === undefined ? 'create' : 'update', before: text ?? null, after });
    return true;
  };

  let packages: Record<string, string> = {};
  const hasNewPackages = edit('package.json', (text) => {
    const added = addPackages(text, target, templates, before?.packages ?? {});
    packages = added.written;
    return target.testRunner === 'jest' ? addTestScript(added.text) : added.text;
  });
  if (target.testRunner === 'jest') edit(VITEST_CONFIG, (text) => text || VITEST_CONFIG_TEXT);
  if ([...places.keys()].some((path) => path.endsWith('.lua'))) edit('nest-cli.json', addLuaAssets, NEST_CLI);

  // A module that is needed for its code alone is not imported.
  const imported = templates.filter(({ kind, name }) => kind === 'foundation' || modules.includes(name));
  const wasImported = [
    ...(before?.templates ?? []).filter((name) => !isModule(name, templates)),
    ...(before?.modules ?? []),
  ];
  const isNew = ({ name }: { name: string }) => !wasImported.includes(name);
  let byHand: string[] = [];
  edit(target.appModule, (text) => {
    const wirings = imported.flatMap((template) => wiringOf(template, copying));
    const known = wirings.filter((wiring) => !isNew(wiring));
    const wired = addModules(target.appModule, text, wirings.filter(isNew), known);
    ({ byHand } = wired);
    return wired.text;
  });

  const settings = imported.filter(isNew).flatMap((template) => template.settings);
  edit('.env.example', (text) => addSettings(text, settings));
  const unset = new Set(settings.filter(({ value }) => value === undefined).map(({ name }) => name));
  const toDo = [
    ...(hasNewPackages ? ['Run npm install.'] : []),
    ...(settings.length > 0 ? [explainSettings([...unset])] : []),
    ...(byHand.length > 0 ? [byHand.join(' ')] : []),
  ];
  return { changes, packages, toDo };
}

function explainSettings(unset: readonly string[]): string {
  if (unset.length === 0) return 'Check the new settings in .env.example, and set them in the environment.';
  return `Set ${unset.join(', ')} in the environment, and check the other new settings in .env.example.`;
}

function isModule(name: string, templates: readonly Template[]): boolean {
  return templates.some((template) => template.name === name && template.kind === 'module');
}

function wiringOf({ name, module, needs }: Template, { target, templates, places }: Copying): Wiring[] {
  if (!module) return [];
  const specifiers = templates
    .filter((template) => template.name === name || needs.includes(template.name))
    .map((template) => {
      const index = places.get(`src/${template.folder}/index.ts`) ?? '';
      return [template.name, specifierOf(target.appModule, index, target)];
    });
  return [{ ...module, name, specifiers: Object.fromEntries(specifiers) as Record<string, string> }];
}
