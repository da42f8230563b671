import type { Change } from './plan/copied-files.js';
import { diff } from './plan/merge.js';
import type { Plan } from './plan/plan.js';
import { modulesAmong, withNeeds } from './templates/templates.js';
import type { Template } from './templates/template.js';

const WORDS: Record<Change['action'], string> = {
  create: 'new',
  update: 'updated',
  merge: 'merged',
  conflict: 'CONFLICT',
  remove: 'removed',
};

/** What each module is and brings. */
export function describeModules(templates: readonly Template[]): string {
  const lines = modulesAmong(templates).map((module) => {
    const all = withNeeds([module.name], templates);
    const others = all.filter(({ name }) => name !== module.name).map(({ name }) => name);
    const packages = new Set(all.flatMap((template) => template.packages));
    const settings = new Set(all.flatMap((template) => template.settings.map(({ name }) => name)));
    const platforms = module.platforms.join(', ');
    return [
      `${module.name}: ${module.description}`,
      `  with ${others.join(', ')}; ${packages.size} packages; on ${platforms}${module.migrations.length > 0 ? '; creates its tables' : ''}`,
      `  settings: ${[...settings].join(', ')}`,
    ].join('\n');
  });
  return lines.join('\n');
}

/** The whole plan, with the changes of the files that are not only copied. */
export function describePlan(plan: Plan): string {
  const changes = [...plan.copied, ...plan.service];
  return [
    ...changes.map(({ path, action }) => `${WORDS[action].padEnd(9)}${path}`),
    ...describeKept(plan),
    ...changes.filter(({ action }) => action !== 'remove').flatMap(showEdit),
  ].join('\n');
}

/** One line for each kind of change, and what is left to do. */
export function describeResult(plan: Plan): string {
  const changes = [...plan.copied, ...plan.service];
  const counts = Object.entries(WORDS).flatMap(([action, word]) => {
    const count = changes.filter((change) => change.action === action).length;
    return count === 0 ? [] : [`${count} ${word}`];
  });
  const names = plan.templates.map(({ name }) => name).join(', ');
  return [
    `${names}: ${counts.length === 0 ? 'up to date' : `files: ${counts.join(', ')}`}`,
    ...describeKept(plan),
    ...conflictsOf(plan).map((path) => `${WORDS.conflict} in ${path}`),
    ...(plan.toDo.length > 0 ? ['Left to do:', ...plan.toDo.map((line) => `  ${line}`)] : []),
  ].join('\n');
}

/** What changed here since the copy, and what the target edited. */
export function describeDifferences(plan: Plan): string {
  const here = plan.versions.map(({ path, base, ours }) => diff(path, base ?? '', ours ?? ''));
  const there = plan.versions
    .filter(({ base }) => base !== undefined)
    .map(({ path, base, theirs }) => diff(path, base ?? '', theirs ?? ''));
  return [
    ...section('Changed here since it was copied', here),
    ...section('Edited in the target', there),
  ].join('\n');
}

/** The files with conflict markers. */
export function conflictsOf({ copied }: Plan): string[] {
  return copied.filter(({ action }) => action === 'conflict').map(({ path }) => path);
}

function describeKept({ kept }: Plan): string[] {
  return kept.map(({ path, why }) => `kept     ${path} (${why})`);
}

function showEdit({ path, before, after }: Change): string[] {
  return before !== null && typeof after === 'string' ? ['', diff(path, before, after).trimEnd()] : [];
}

function section(title: string, diffs: readonly string[]): string[] {
  const shown = diffs.filter((text) => text !== '');
  return shown.length === 0 ? [`${title}: nothing`] : [`${title}: ${shown.length} files`, ...shown];
}
