import type { Table } from '../scenario.js';

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A table that scrolls sideways where it does not fit. The first row is the header. */
export function tableOf([header = [], ...rows]: Table['rows'], className = ''): string {
  const rowOf = (tag: string, cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${escape(cell)}</${tag}>`).join('')}</tr>`;
  return `<div class="scroll"><table class="${className}">
<thead>${rowOf('th', header)}</thead>
<tbody>${rows.map((cells) => rowOf('td', cells)).join('\n')}</tbody>
</table></div>`;
}

export function paragraphs(texts: readonly string[], className: string): string {
  return texts.map((text) => `<p class="${className}">${escape(text)}</p>`).join('\n');
}
