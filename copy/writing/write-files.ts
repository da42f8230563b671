import { existsSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Journal, rollBack, stageOf } from './journal.js';

/** null removes the file. */
export interface Write {
  path: string;
  content: string | Buffer | null;
}

export interface WriteOptions {
  /** Ends the copy before its next step and undoes it. */
  signal?: AbortSignal | undefined;
  /** Called after each operation of the file system; for tests. */
  onStep?: () => void;
}

/**
 * Writes all files or none. They are written beside the target's own first, then moved in by renaming, with a journal from which `recover()` undoes what a
 * killed process has left half done.
 */
export async function writeFiles(
  root: string,
  writes: readonly Write[],
  options: WriteOptions = {},
): Promise<void> {
  const { stage, process: processFile, journal, committed, oldFile, newFile } = stageOf(root);
  const step = async (operation: () => Promise<unknown>) => {
    options.signal?.throwIfAborted();
    await operation();
    options.onStep?.();
  };
  options.signal?.throwIfAborted();
  // Outside of what is undone: a stage that exists is another copy's.
  await mkdir(stage);
  try {
    options.onStep?.();
    await step(() => writeFile(processFile, String(process.pid)));
    await step(() => mkdir(join(stage, 'old')));
    await step(() => mkdir(join(stage, 'new')));
    for (const [index, { path, content }] of writes.entries())
      if (content !== null) await step(() => writeFile(newFile(index), content, modeOf(join(root, path))));

    const plan = journalOf(root, writes);
    await step(() => writeFile(`${journal}.tmp`, JSON.stringify(plan)));
    await step(() => rename(`${journal}.tmp`, journal));
    for (const folder of plan.folders) await step(() => mkdir(join(root, folder)));
    for (const [index, { path, existed }] of plan.steps.entries()) {
      if (existed) await step(() => rename(join(root, path), oldFile(index)));
      if (writes[index]?.content !== null) await step(() => rename(newFile(index), join(root, path)));
    }
    await step(() => rename(journal, committed));
  } catch (error) {
    await rollBack(root);
    throw error;
  }
  await rm(stage, { recursive: true });
}

function journalOf(root: string, writes: readonly Write[]): Journal {
  const folders = new Set<string>();
  const addFolder = (folder: string): void => {
    if (folders.has(folder) || existsSync(join(root, folder))) return;
    addFolder(dirname(folder));
    folders.add(folder);
  };
  for (const { path, content } of writes) if (content !== null) addFolder(dirname(path));
  return {
    steps: writes.map(({ path }) => ({ path, existed: existsSync(join(root, path)) })),
    folders: [...folders],
  };
}

/** A file keeps its mode. */
function modeOf(file: string): { mode?: number } {
  return existsSync(file) ? { mode: statSync(file).mode } : {};
}
