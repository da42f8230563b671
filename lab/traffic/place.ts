/** Where the module found an answer: in the memory of the process, in the engine, or nowhere, so that the database was queried. */
export type Place = 'local' | 'engine' | 'miss';

/** undefined: the header is missing, as on the textbook side. */
export function placeIn(cacheStatus: string | null): Place | undefined {
  if (cacheStatus === null) return undefined;
  if (!/; hit/.test(cacheStatus)) return 'miss';
  return cacheStatus.includes('detail=local') ? 'local' : 'engine';
}
