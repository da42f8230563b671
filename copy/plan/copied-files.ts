import { CopyError } from '../copy-error.js';
import { hasConflict, merge } from './merge.js';

/** What happens to one file of the target. */
export interface Change {
  path: string;
  action: 'create' | 'update' | 'merge' | 'conflict' | 'remove';
  /** null: the file is not there. */
  before: string | null;
  after: string | Buffer | null;
}

/** A difference between the target and this repository that stays. */
export interface Kept {
  path: string;
  why: 'edited' | 'deleted' | 'edited, removed here';
}

/** One file, as far as it exists. */
interface Versions {
  /** As it was copied. */
  base: string | undefined;
  /** In the target. */
  theirs: string | undefined;
  /** As it would be copied now. */
  ours: string | undefined;
}

/** Decides about a copied file so that no edit of the target is lost. null: there is nothing to do. */
export function planFile(path: string, { base, theirs, ours }: Versions): Change | Kept | null {
  if (theirs !== undefined && hasConflict(theirs))
    throw new CopyError(`${path} has the markers of an unresolved conflict. Resolve it first.`);
  if (ours === undefined) {
    if (theirs === undefined) return null;
    if (theirs !== base) return { path, why: 'edited, removed here' };
    return { path, action: 'remove', before: theirs, after: null };
  }
  if (theirs === ours) return null;
  if (theirs === undefined) {
    if (base !== undefined) return { path, why: 'deleted' };
    return { path, action: 'create', before: null, after: ours };
  }
  if (base === undefined)
    throw new CopyError(
      `${path} exists in the target and was not copied from here. Copy into another folder, for example --folder src/caching, or move that file.`,
    );
  const { text, conflicts } = merge({ base, theirs, ours });
  if (text === theirs) return { path, why: 'edited' };
  const action = conflicts > 0 ? 'conflict' : theirs === base ? 'update' : 'merge';
  return { path, action, before: theirs, after: text };
}
