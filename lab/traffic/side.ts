/** Two ways to build the same three use cases. Both answer on each app node. */
export interface Side {
  readonly name: 'module' | 'textbook';
  readonly root: '/api' | '/textbook';
  /** Where a score is added to those of the player. */
  readonly scores: 'scores' | 'points';
  /** The hash tag in the key of a board, or the whole key if it has none. */
  readonly hashTagOf: (board: string) => string;
}

export const MODULE: Side = { name: 'module', root: '/api', scores: 'scores', hashTagOf: (board) => board };
export const TEXTBOOK: Side = {
  name: 'textbook',
  root: '/textbook',
  scores: 'points',
  hashTagOf: (board) => `caching:textbook:board:${board}`,
};
export const SIDES: readonly Side[] = [MODULE, TEXTBOOK];

/** Measures one side after the other. Resolves with the results by the name of the side. */
export async function bySideName<Measured extends { readonly name: string }, Result>(
  sides: readonly Measured[],
  measure: (side: Measured) => Promise<Result>,
): Promise<Record<string, Result>> {
  const results: Record<string, Result> = {};
  for (const side of sides) results[side.name] = await measure(side);
  return results;
}
