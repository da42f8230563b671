/**
 * Draws indices from 0 to `count` - 1 by Zipf's law: the second is drawn half as often as the first, the third a third as often. Requests
 * for the pages of a site are distributed like that.
 *
 * Source: L. Breslau et al., Web Caching and Zipf-like Distributions, INFOCOM 1999
 */
export function zipf(count: number, random: () => number): () => number {
  const upTo: number[] = [];
  let total = 0;
  for (let i = 1; i <= count; i++) upTo.push((total += 1 / i));
  return () => {
    const drawn = random() * total;
    return upTo.findIndex((sum) => drawn < sum);
  };
}
