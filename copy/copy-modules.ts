import { CopyError } from './copy-error.js';
import { changesOf, type CopyRequest, type Plan, planCopy } from './plan/plan.js';
import { withLineEndings } from './plan/target-files.js';
import { checkCommitted, checkWritable } from './target/checks.js';
import { isInterrupted, recover } from './writing/journal.js';
import { writeFiles, type WriteOptions } from './writing/write-files.js';

export interface CopyOptions extends CopyRequest, WriteOptions {
  /** Copies also if the target has uncommitted changes. */
  allowDirty?: boolean;
}

/**
 * Copies modules into a Nest service, or updates them, all or nothing.
 *
 * @returns what was done.
 * @throws {CopyError} if something has to be corrected first; then nothing was changed.
 */
export async function copyModules(options: CopyOptions): Promise<Plan> {
  await recover(options.target);
  const plan = planCopy(options);
  const { root } = plan.target;
  const changes = changesOf(plan);
  if (!options.allowDirty) checkCommitted(plan.target);
  checkWritable(
    root,
    changes.map(({ path }) => path),
  );
  const writes = changes.map(({ path, after }) => ({
    path,
    content: typeof after === 'string' ? withLineEndings(root, path, after) : after,
  }));
  await writeFiles(root, writes, options);
  return plan;
}

/** What `copyModules` would do. Changes nothing. */
export function previewCopy(request: CopyRequest): Plan {
  if (isInterrupted(request.target))
    throw new CopyError(
      'An earlier copy was interrupted. Run it again without --dry-run or --diff, which undoes it first.',
    );
  return planCopy(request);
}
