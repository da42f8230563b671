/** An item and its sequence number, the stable key in lists. */
export interface Numbered<T> {
  number: number;
  item: T;
}

/** Prepends a batch (oldest first) to a list (newest first) and keeps at most `limit` items. */
export function newestFirst<T>(list: Numbered<T>[], batch: T[], limit: number): Numbered<T>[] {
  const next = (list[0]?.number ?? 0) + 1;
  const arrived = batch.map((item, index) => ({ number: next + index, item }));
  return [...arrived.toReversed(), ...list].slice(0, limit);
}
