import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CopyError } from '../copy-error.js';

/** The text of a file of the target, with Unix line endings; undefined if there is none. @throws {CopyError} if it is no file. */
export function readText(root: string, path: string): string | undefined {
  const text = readRaw(root, path);
  return text?.replaceAll('\r\n', '\n');
}

/** The text with the line endings that the file has now: a checkout on Windows may have others. */
export function withLineEndings(root: string, path: string, text: string): string {
  const before = readRaw(root, path) ?? '';
  return before.includes('\r\n') ? text.replaceAll('\n', '\r\n') : text;
}

function readRaw(root: string, path: string): string | undefined {
  const file = join(root, path);
  if (!existsSync(file)) return undefined;
  if (!statSync(file).isFile())
    throw new CopyError(
      `${path} in the target is no file. Move it, or copy into another folder with --folder PATH.`,
    );
  return readFileSync(file, 'utf8');
}
