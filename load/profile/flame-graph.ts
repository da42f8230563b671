import { escape } from '../report/markup.js';
import type { Call } from './call-tree.js';

const WIDTH = 1_200;
const ROW = 17;
const HEAD = 28;
/** Narrower calls are left out. */
const NARROWEST = 2;
const CHARACTER = 6.2;

const LEGEND = 'Orange: this project. Blue: packages. Green: Node.js. Grey: native code, garbage collection.';

const STYLE = `text{font:11px ui-monospace,monospace;fill:#111}.head{font-size:14px}
rect{stroke:#fff;stroke-width:.5}.own{fill:#f2a65a}.package{fill:#a9c6e8}.node{fill:#c9d5c0}.native{fill:#d8d3e6}`;

/**
 * The calls as an SVG that requests nothing: a caller above what it calls, as wide as its share of the busy time, the longest ones left.
 * The title of a call names file and line.
 */
export function flameGraphOf(root: Call, title: string): string {
  const parts: string[] = [];
  let deepest = 0;
  const draw = (call: Call, x: number, depth: number) => {
    const width = (WIDTH * call.totalMs) / root.totalMs;
    if (width < NARROWEST) return;
    deepest = Math.max(deepest, depth);
    parts.push(frameOf(call, { x, y: HEAD + depth * ROW, width, share: call.totalMs / root.totalMs }));
    let left = x;
    for (const callee of call.calls) {
      draw(callee, left, depth + 1);
      left += (WIDTH * callee.totalMs) / root.totalMs;
    }
  };
  draw(root, 0, 0);
  const height = HEAD + (deepest + 1) * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img"><style>${STYLE}</style>
<rect width="${WIDTH}" height="${height}" fill="#fff"/><text class="head" x="4" y="18">${escape(`${title}, ${(root.totalMs / 1_000).toFixed(1)} s of CPU. ${LEGEND}`)}</text>
${parts.join('\n')}
</svg>
`;
}

interface Frame {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly share: number;
}

function frameOf({ name, place, kind, totalMs, selfMs }: Call, { x, y, width, share }: Frame): string {
  const times = `${(100 * share).toFixed(1)}%, ${totalMs.toFixed(0)} ms, itself ${selfMs.toFixed(0)} ms`;
  const characters = Math.floor((width - 4) / CHARACTER);
  const label =
    characters < 3
      ? ''
      : `<text x="${(x + 2).toFixed(1)}" y="${y + 12}">${escape(name.slice(0, characters))}</text>`;
  const title = escape([name, place, times].filter(Boolean).join('\n'));
  return `<g><title>${title}</title><rect class="${kind}" x="${x.toFixed(1)}" y="${y}" width="${width.toFixed(1)}" height="${ROW}"/>${label}</g>`;
}
