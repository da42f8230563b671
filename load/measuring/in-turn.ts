export interface Rounds {
  /** Measured rounds of each side. */
  readonly rounds: number;
  /** Rounds of each side before them, whose results are dropped. */
  readonly warmUps?: number;
  readonly onRound?: (round: number) => void;
}

/**
 * The results of each side, one per round. The sides take turns, so that other load on the machine affects all of them. Every second
 * turn is in reverse order, so that no side always runs after the same one.
 */
export async function inTurn<T>(
  sides: readonly (() => Promise<T>)[],
  { rounds, warmUps = 0, onRound }: Rounds,
): Promise<T[][]> {
  const results = sides.map((): T[] => []);
  for (let round = 1 - warmUps; round <= rounds; round++) {
    if (round > 0) onRound?.(round);
    const turns = [...sides.entries()];
    for (const [index, side] of round % 2 === 0 ? turns.toReversed() : turns) {
      const result = await side();
      if (round > 0) results[index]?.push(result);
    }
  }
  return results;
}
