/** A colour of the legend: a side (`cached`, `uncached`) or a part of the time (`engine`, `database`, `rest`). */
export function Swatch({ of }: { of: string }) {
  return <span class="swatch" data-of={of} aria-hidden="true" />;
}
