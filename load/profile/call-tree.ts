import { relative } from 'node:path';
import { formatCount } from '../measuring/format.js';
import type { Table } from '../scenario.js';
import type { CpuProfile, ProfileNode } from './profiler.js';

/** A function as one of its callers calls it. */
export interface Call {
  readonly name: string;
  /** For example "dist/leaderboard/live/feed.js:12", "pg/lib/client.js:300" or "node:net:95". Empty for native code. */
  readonly place: string;
  /** Whose code it is, for example "leaderboard/live", "pg", "node" or "garbage collector". */
  readonly part: string;
  readonly kind: 'own' | 'package' | 'node' | 'native';
  /** Milliseconds, without and with what it calls. */
  readonly selfMs: number;
  readonly totalMs: number;
  readonly calls: readonly Call[];
}

const IDLE = '(idle)';
const COMPILED = /^.*\/(?:dist|\.data\/bench)\//;

/** The calls in which the process was busy, from the outermost one. */
export function callTreeOf({ nodes, samples, timeDeltas }: CpuProfile): Call {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const selfMs = new Map<number, number>();
  // A sample counts until the next one.
  for (const [i, id] of samples.entries())
    selfMs.set(id, (selfMs.get(id) ?? 0) + (timeDeltas[i + 1] ?? 0) / 1_000);
  const [root] = nodes;
  if (!root) throw new Error('The profile has no samples.');
  const callOf = (node: ProfileNode): Call => {
    const callees = (node.children ?? []).flatMap((id) => byId.get(id) ?? []);
    const calls = callees
      .filter(({ callFrame }) => callFrame.functionName !== IDLE)
      .map(callOf)
      .toSorted((one, other) => other.totalMs - one.totalMs);
    const own = selfMs.get(node.id) ?? 0;
    return {
      name: node.callFrame.functionName || '(anonymous)',
      ...placeOf(node.callFrame),
      selfMs: own,
      totalMs: calls.reduce((sum, { totalMs }) => sum + totalMs, own),
      calls,
    };
  };
  return callOf(root);
}

/** How much of the time each part of the code takes by itself. */
export function partsOf(root: Call): Table {
  const byPart = new Map<string, number>();
  const add = ({ part, selfMs, calls }: Call) => {
    byPart.set(part, (byPart.get(part) ?? 0) + selfMs);
    calls.forEach(add);
  };
  add(root);
  const rows = [...byPart]
    .filter(([, ms]) => ms > 0)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 15)
    .map(([part, ms]) => [part, '', formatCount(ms), `${((100 * ms) / root.totalMs).toFixed(1)}%`]);
  return { title: 'CPU time of the code', rows: [['of', '', 'ms', 'share'], ...rows] };
}

function placeOf({
  url,
  functionName,
  lineNumber,
}: ProfileNode['callFrame']): Pick<Call, 'place' | 'part' | 'kind'> {
  if (url === '') {
    // For example "(garbage collector)". "(program)" is native code that no JavaScript called.
    const [, part = 'native code'] = /^\((.*)\)$/.exec(functionName) ?? [];
    return { place: '', part, kind: 'native' };
  }
  const line = lineNumber + 1;
  if (url.startsWith('node:')) return { place: `${url}:${line}`, part: 'node', kind: 'node' };
  const [, packagePath] = /.*\/node_modules\/(.*)$/.exec(url) ?? [];
  if (packagePath !== undefined) {
    const [part = ''] = /^(?:@[^/]+\/)?[^/]+/.exec(packagePath) ?? [];
    return { place: `${packagePath}:${line}`, part, kind: 'package' };
  }
  const file = url.replace(/^file:\/\//, '');
  const path = COMPILED.test(file) ? file.replace(COMPILED, '') : relative(process.cwd(), file);
  return { place: `${path}:${line}`, part: path.split('/').slice(0, -1).join('/'), kind: 'own' };
}
