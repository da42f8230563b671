import { existsSync, readFileSync } from 'node:fs';
import { rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CopyError } from '../copy-error.js';

/** In the target while a copy runs: on the same file system, so that files move in and out by renaming. */
export const STAGE = '.caching-copy.tmp';

/** What a copy does once everything is staged. `old/<index>` and `new/<index>` are the files of a step. */
export interface Journal {
  steps: { path: string; existed: boolean }[];
  /** Folders that it makes, outer ones first. */
  folders: string[];
}

/** The files of the stage. */
export function stageOf(root: string) {
  const stage = join(root, STAGE);
  return {
    stage,
    process: join(stage, 'process'),
    journal: join(stage, 'journal.json'),
    /** Replaces the journal when every step is done. */
    committed: join(stage, 'committed.json'),
    oldFile: (index: number) => join(stage, 'old', String(index)),
    newFile: (index: number) => join(stage, 'new', String(index)),
  };
}

/** Undoes a copy that was interrupted, if there is one. @throws {CopyError} if it is still running. */
export async function recover(root: string): Promise<boolean> {
  const { stage, process: processFile } = stageOf(root);
  if (!existsSync(stage)) return false;
  const id = existsSync(processFile) ? Number(readFileSync(processFile, 'utf8')) : 0;
  if (id > 0 && id !== process.pid && isRunning(id))
    throw new CopyError(
      `Another copy into ${root} is running as process ${id}. Wait for its end. If that process is something else, delete ${processFile}.`,
    );
  await rollBack(root);
  return true;
}

/** Whether an interrupted copy waits to be undone. */
export function isInterrupted(root: string): boolean {
  return existsSync(stageOf(root).stage);
}

/** Puts everything back, newest change first. It can be interrupted too: then it starts again. */
export async function rollBack(root: string): Promise<void> {
  const { stage, journal, oldFile, newFile } = stageOf(root);
  if (existsSync(journal)) {
    const { steps, folders } = JSON.parse(readFileSync(journal, 'utf8')) as Journal;
    for (const [index, { path, existed }] of [...steps.entries()].toReversed()) {
      if (existsSync(oldFile(index))) await rename(oldFile(index), join(root, path));
      else if (!existed && !existsSync(newFile(index))) await rm(join(root, path), { force: true });
    }
    for (const folder of folders.toReversed()) await removeIfEmpty(join(root, folder));
  }
  await rm(stage, { recursive: true, force: true });
}

async function removeIfEmpty(folder: string): Promise<void> {
  if (existsSync(folder)) await rmdir(folder).catch(() => undefined);
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
