import type { Top } from './apply-changes.js';

export const tieRules: Record<NonNullable<Top['ties']>, string> = {
  first: 'Equal scores: the player who reached the score first ranks higher.',
  shared: 'Equal scores share a rank, and the next rank counts them all.',
};

/** What the tie rule decided for the entry at `index`, in two words; null if its neighbours in the list have other scores. */
export function tieOf({ ties, entries }: Top, index: number): string | null {
  const score = entries[index]?.score;
  const isBehind = entries[index - 1]?.score === score;
  if (score === undefined || (!isBehind && entries[index + 1]?.score !== score)) return null;
  if (ties === 'shared') return 'shares rank';
  return isBehind ? 'tie, later' : 'tie, first';
}
