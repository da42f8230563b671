import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CopyError } from '../copy-error.js';
import { versionOf } from '../templates/repository.js';
import type { Template } from '../templates/template.js';
import type { Target } from './target.js';

const NEST = 12;

/** @throws {CopyError} if the modules cannot work in the target. */
export function checkVersions(target: Target, templates: readonly Template[]): void {
  const nest = majorOf(target.packages['@nestjs/core']);
  if (nest !== null && nest !== String(NEST))
    throw new CopyError(
      `The target has Nest ${nest}. The modules need Nest ${NEST}, whose @Body({ schema }) validates their input: upgrade the target first.`,
    );
  // The last one is a module that was named. What it needs comes before it.
  const onlyElsewhere = templates.findLast(({ platforms }) => !platforms.includes(target.platform));
  if (onlyElsewhere)
    throw new CopyError(
      `The target runs on ${target.platform}, but ${onlyElsewhere.name} needs ${onlyElsewhere.platforms.join(' or ')}. Change the platform or choose other modules.`,
    );
  for (const name of new Set(templates.flatMap(({ packages }) => packages))) {
    const [theirs, ours] = [majorOf(target.packages[name]), majorOf(versionOf(name))];
    if (theirs !== null && theirs !== ours)
      throw new CopyError(
        `The target has ${name} ${target.packages[name]}, the modules need ${versionOf(name)}. Move the target to that major version first.`,
      );
  }
}

/** The part of a version or range whose change breaks users: `12` of `^12.0.1`, `0.2` of `0.2.2`. null: not a version, such as `latest`. */
export function majorOf(range: string | undefined): string | null {
  const [, major, minor] = /^[\^~>=v\s]*(\d+)(?:\.(\d+))?/.exec(range ?? '') ?? [];
  if (major === undefined) return null;
  return major === '0' && minor !== undefined ? `0.${minor}` : major;
}

/** @throws {CopyError} if the target has uncommitted changes: the copy could not be reviewed or undone separately. */
export function checkCommitted({ root }: Target): void {
  let status: string;
  try {
    status = execFileSync('git', ['-C', root, 'status', '--porcelain', '--', '.'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    // No repository, or no git.
    return;
  }
  if (status !== '')
    throw new CopyError(
      `${root} has uncommitted changes. Commit or stash them first, so that you can review and undo the copy, or add --allow-dirty.`,
    );
}

/** @throws {CopyError} if a file cannot be written. */
export function checkWritable(root: string, paths: readonly string[]): void {
  const folders = new Set(
    ['.', ...paths.map((path) => dirname(path))].map((path) => existing(join(root, path))),
  );
  for (const folder of folders) {
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
    } catch (cause) {
      throw new CopyError(`You may not write to ${folder}. Get write permission for it first.`, { cause });
    }
  }
}

function existing(path: string): string {
  return existsSync(path) ? path : existing(dirname(path));
}
