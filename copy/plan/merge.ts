import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CopyError } from '../copy-error.js';

/** Three versions of a file. */
export interface Versions {
  /** As it was copied. */
  base: string;
  /** In the target. */
  theirs: string;
  /** As it would be copied now. */
  ours: string;
}

export interface Merged {
  text: string;
  conflicts: number;
}

/** The changes of both sides. Where both changed the same lines the text has both, between conflict markers. */
export function merge({ base, theirs, ours }: Versions): Merged {
  if (theirs === ours || ours === base) return { text: theirs, conflicts: 0 };
  if (theirs === base) return { text: ours, conflicts: 0 };
  const names = ['the target', 'as it was copied', 'new'];
  const labels = names.flatMap((name) => ['-L', name]);
  // As `git merge-file` exits: the number of conflicts, at most 127, and more if it failed.
  const { stdout, status } = runGit(['merge-file', '-p', '--diff3', ...labels], [theirs, base, ours]);
  if (status > 127) throw new CopyError('git merge-file failed. Run it again with a newer git.');
  return { text: stdout, conflicts: status };
}

/** Whether somebody has left the markers of a conflict. */
export function hasConflict(text: string): boolean {
  return /^<{7} the target$/m.test(text);
}

/** A unified diff, empty for equal texts. */
export function diff(path: string, before: string, after: string): string {
  if (before === after) return '';
  const { stdout } = runGit(['diff', '--no-index', '--no-color', '--no-ext-diff'], [before, after]);
  const hunks = stdout.slice(stdout.indexOf('\n@@') + 1);
  return `--- ${path}\n+++ ${path}\n${hunks}`;
}

/** Runs git on texts, as files after the arguments. It needs no repository. */
function runGit(args: readonly string[], texts: readonly string[]): { stdout: string; status: number } {
  const folder = mkdtempSync(join(tmpdir(), 'caching-copy-'));
  try {
    const files = texts.map((text, i) => {
      const file = join(folder, String(i));
      writeFileSync(file, text);
      return file;
    });
    const { error, stdout, status } = spawnSync('git', [...args, ...files], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    if (error)
      throw new CopyError('git cannot be run, which compares and merges files. Install it.', {
        cause: error,
      });
    return { stdout, status: status ?? 255 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
