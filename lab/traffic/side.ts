/** Two ways to build the same three use cases. Both answer on each app node. */
export interface Side {
  readonly name: 'module' | 'textbook';
  readonly root: '/api' | '/textbook';
  /** Where a score is added to those of the player. */
  readonly scores: 'scores' | 'points';
}

export const MODULE: Side = { name: 'module', root: '/api', scores: 'scores' };
export const TEXTBOOK: Side = { name: 'textbook', root: '/textbook', scores: 'points' };
export const SIDES: readonly Side[] = [MODULE, TEXTBOOK];
