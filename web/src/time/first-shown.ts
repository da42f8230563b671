import { useLayoutEffect } from 'preact/hooks';

/** Marks in the browser's performance timeline when this part of the page was first shown. */
export function useFirstShown(part: string, isShown: boolean): void {
  useLayoutEffect(() => {
    if (isShown && performance.getEntriesByName(part, 'mark').length === 0) performance.mark(part);
  }, [part, isShown]);
}
