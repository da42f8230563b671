/**
 * What each round of each side costs.
 *
 * The sides take turns, so that whatever else the machine does hits all of them, and every other turn is in reverse,
 * so that none always has the same predecessor.
 */
export async function inTurn(
  sides: readonly (() => Promise<number>)[],
  { rounds, warmUps }: { readonly rounds: number; readonly warmUps: number },
): Promise<number[][]> {
  const costs = sides.map((): number[] => []);
  for (let round = -warmUps; round < rounds; round++) {
    const turns = [...sides.entries()];
    for (const [index, side] of round % 2 === 0 ? turns : turns.toReversed()) {
      const cost = await side();
      if (round >= 0) costs[index]?.push(cost);
    }
  }
  return costs;
}
