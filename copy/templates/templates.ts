import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '../copy-error.js';
import { REPOSITORY } from './repository.js';
import { type Template, templateSchema } from './template.js';

/** All templates, foundations first. @throws {Error} naming the file and field that is wrong. */
export function readTemplates(): Template[] {
  const folders = readdirSync(join(REPOSITORY, 'src')).filter((folder) => existsSync(fileOf(folder)));
  const unordered = folders.map(readTemplate);
  const ordered: Template[] = [];
  const add = (template: Template) => {
    if (ordered.includes(template)) return;
    for (const need of template.needs) add(named(unordered, need));
    ordered.push(template);
  };
  for (const template of unordered) add(template);
  return ordered;
}

/** Those that can be named on the command line. */
export function modulesAmong(templates: readonly Template[]): Template[] {
  return templates.filter(({ kind }) => kind === 'module');
}

/** The named modules and what they need, foundations first. @throws {CopyError} for an unknown name. */
export function withNeeds(
  names: readonly string[],
  templates: readonly Template[] = readTemplates(),
): Template[] {
  const modules = modulesAmong(templates);
  const unknown = names.find((name) => modules.every((module) => module.name !== name));
  if (unknown !== undefined)
    throw new CopyError(
      `There is no module "${unknown}". Choose from ${modules.map(({ name }) => name).join(', ')}.`,
    );
  const needed = new Set(names);
  // Foundations come first, so what a template needs is before it.
  for (const template of templates.toReversed())
    if (needed.has(template.name)) for (const need of template.needs) needed.add(need);
  return templates.filter(({ name }) => needed.has(name));
}

/** The files of a template with their tests, relative to the repository. */
export function filesOf(template: Template): string[] {
  const inFolder = template.files.flatMap((name) => filesBelow(`src/${template.folder}/${name}`));
  return [...inFolder, ...template.tests.flatMap(filesBelow)].toSorted();
}

export function filesBelow(path: string): string[] {
  const absolute = join(REPOSITORY, path);
  if (!existsSync(absolute)) throw new Error(`A template.json lists ${path}, which does not exist.`);
  if (!statSync(absolute).isDirectory()) return [path];
  return readdirSync(absolute).flatMap((name) => filesBelow(`${path}/${name}`));
}

function named(templates: readonly Template[], name: string): Template {
  const found = templates.find((template) => template.name === name);
  if (!found) throw new Error(`A template.json needs "${name}", which no template.json is named.`);
  return found;
}

function readTemplate(folder: string): Template {
  const { data, error } = templateSchema.safeParse(JSON.parse(readFileSync(fileOf(folder), 'utf8')));
  if (data) return { ...data, folder };
  const problems = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`src/${folder}/template.json is not valid. Correct ${problems.join('; ')}`);
}

function fileOf(folder: string): string {
  return join(REPOSITORY, 'src', folder, 'template.json');
}
