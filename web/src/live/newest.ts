/** A fed item with the number it arrived under, so that lists have a stable key. */
export interface Numbered<T> {
  number: number;
  item: T;
}

/** Puts a batch (oldest first) in front of the list, newest first, and cuts to `limit`. */
export function newestFirst<T>(list: Numbered<T>[], batch: T[], limit: number): Numbered<T>[] {
  const next = (list[0]?.number ?? 0) + 1;
  const arrived = batch.map((item, index) => ({ number: next + index, item }));
  return [...arrived.toReversed(), ...list].slice(0, limit);
}
