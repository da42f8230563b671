import type { Target } from '../target/target.js';
import { versionOf } from '../templates/repository.js';
import type { Template } from '../templates/template.js';
import { setJson } from './json-text.js';

export interface PackageChanges {
  text: string;
  /** The versions that this copy wrote or found as an earlier copy had written them. */
  written: Record<string, string>;
}

/**
 * Adds the packages with their exact versions. A package that the target has stays as it is, unless an earlier copy wrote its version: then it
 * is updated.
 */
export function addPackages(
  text: string,
  target: Target,
  templates: readonly Template[],
  writtenBefore: Readonly<Record<string, string>>,
): PackageChanges {
  const runtime = new Set(templates.flatMap(({ packages }) => packages));
  const dev = new Set(
    templates.flatMap(({ devPackages }) => devPackages).filter((name) => !runtime.has(name)),
  );
  const written: Record<string, string> = {};
  const all = [
    ...[...runtime].map((name) => ({ name, field: 'dependencies' })),
    ...[...dev].map((name) => ({ name, field: 'devDependencies' })),
  ];
  for (const { name, field } of all.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const theirs = target.packages[name] ?? target.devPackages[name];
    if (theirs !== undefined && theirs !== writtenBefore[name]) continue;
    const version = versionOf(name);
    written[name] = version;
    if (theirs !== version) text = setJson(text, [fieldOf(target, name) ?? field, name], version);
  }
  return { text, written };
}

function fieldOf(target: Target, name: string): string | undefined {
  if (name in target.packages) return 'dependencies';
  return name in target.devPackages ? 'devDependencies' : undefined;
}
