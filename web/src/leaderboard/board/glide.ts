import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface Seen {
  top: number;
  value: string | undefined;
}

const GLIDE: KeyframeAnimationOptions = {
  duration: 450,
  easing: 'cubic-bezier(0.2, 0.8, 0.2, 1)',
  id: 'glide',
};
const FLASH: KeyframeAnimationOptions = { duration: 900, easing: 'ease-out' };

/**
 * Animates the children of a list from their previous to their present positions (FLIP), and flashes those whose `data-value` changed.
 * Does nothing for visitors who prefer reduced motion.
 */
export function useGlide(list: RefObject<HTMLElement | null>): void {
  const seen = useRef(new Map<Element, Seen>());
  useLayoutEffect(() => {
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
    const now = new Map<Element, Seen>();
    for (const row of list.current?.children ?? []) {
      if (!(row instanceof HTMLElement)) continue;
      const place: Seen = { top: row.offsetTop, value: row.dataset.value };
      const before = seen.current.get(row);
      if (!still && seen.current.size > 0) move(row, before, place);
      now.set(row, place);
    }
    seen.current = now;
  });
}

function move(row: HTMLElement, before: Seen | undefined, place: Seen): void {
  if (before === undefined) {
    row.animate({ opacity: [0, 1] }, GLIDE);
    return;
  }
  if (before.value !== place.value)
    row.animate({ backgroundColor: ['var(--flash)', 'var(--surface)'] }, FLASH);
  if (before.top === place.top) return;
  // During a running animation a row is not seen where it was laid out. Start from where it is seen.
  const offset = before.top + verticalShift(row) - place.top;
  for (const running of row.getAnimations()) if (running.id === GLIDE.id) running.cancel();
  // A row that moves up passes in front.
  const layer = offset > 0 ? 1 : 0;
  row.animate({ transform: [`translateY(${offset}px)`, 'none'], zIndex: [layer, layer] }, GLIDE);
}

function verticalShift(row: HTMLElement): number {
  return new DOMMatrixReadOnly(getComputedStyle(row).transform).m42;
}
