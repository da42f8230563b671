import { setTimeout as wait } from 'node:timers/promises';
import type { LocalEngine } from '../../local/index.js';
import { seededRandom } from '../measuring/seeded-random.js';
import { pathOf } from '../peers/protocol.js';
import { type SideNode, withNodes } from '../peers/side-node.js';
import { ENGINE_HIT, FAST_LANE, MODULE, REDIS_YET } from '../peers/sides.js';
import type { Axis, Curve, Point } from '../scenario.js';
import type { Inputs } from './inputs.js';
import { type Rate, curveOf, growLines, rateCurve } from './rates.js';

/** As many as keep a node busy. */
const CONNECTIONS = 16;
const BYTES = 2_000;
const BYTES_OF_KEYS = 100;
const log = (label: string): Axis => ({ label, isLog: true });

/** Hits over the number of connections: requests/s and p99. */
export async function overConnections(engineUrl: string, inputs: Inputs): Promise<Curve[]> {
  const pathOfHit = () => pathOf({ bytes: BYTES, id: 'hit' });
  return withNodes([FAST_LANE, MODULE, REDIS_YET], engineUrl, async (nodes) => {
    const lines = nodes.map((node) => ({
      name: node.side.name,
      loads: inputs.connections.map(
        (connections) => [connections, { nodes: [node], connections, pathOf: pathOfHit }] as const,
      ),
    }));
    const grown = await growLines(lines, inputs);
    const x = log('connections');
    return [
      rateCurve('Hits over connections', x, grown),
      curveOf({ title: 'p99 of a hit over connections', x, y: log('p99 ms') }, grown, 'p99Ms'),
    ];
  });
}

/** Hits in the engine over the number of stored answers: requests/s, and the engine's memory for each answer. */
export async function overKeys(
  engine: LocalEngine,
  inputs: Inputs,
  say: (progress: string) => void,
): Promise<Curve[]> {
  return withNodes([ENGINE_HIT, ENGINE_HIT], engine.url, async (nodes) => {
    await Promise.all(nodes.map((node) => node.ask('delay', 0)));
    const memory = await usedBytes(engine);
    const bytesPerKey: Point[] = [];
    const rates: [number, Rate][] = [];
    for (const [i, keys] of inputs.keys.entries()) {
      say(`storing ${keys.toLocaleString('en-US')} answers`);
      await fill(nodes, inputs.keys[i - 1] ?? 0, keys);
      bytesPerKey.push([keys, ((await usedBytes(engine)) - memory) / keys]);
      rates.push([keys, await rateOfRandomKeys(nodes.slice(0, 1), keys, inputs)]);
    }
    const x = log('stored answers');
    return [
      rateCurve('Engine hits over stored answers', x, [{ name: ENGINE_HIT.name, rates }]),
      {
        title: 'Memory of the engine per answer of 100 bytes, with its tokens',
        x,
        y: { label: 'bytes', isLog: false },
        series: [{ name: 'engine', points: bytesPerKey }],
      },
    ];
  });
}

/** Hits over the size of the answer. */
export async function overBytes(engineUrl: string, inputs: Inputs): Promise<Curve[]> {
  return withNodes([FAST_LANE, MODULE, ENGINE_HIT], engineUrl, async (nodes) => {
    const lines = nodes.map((node) => ({
      name: node.side.name,
      loads: inputs.bytes.map((bytes) => {
        const path = pathOf({ bytes, id: 'hit' });
        return [bytes, { nodes: [node], connections: CONNECTIONS, pathOf: () => path }] as const;
      }),
    }));
    return [rateCurve('Hits over the size of the answer', log('bytes'), await growLines(lines, inputs))];
  });
}

/** Hits of all nodes together over their number. */
export async function overNodes(engineUrl: string, inputs: Inputs): Promise<Curve[]> {
  const most = Math.max(...inputs.nodes);
  const sides = [FAST_LANE, MODULE, ENGINE_HIT].flatMap((side) => Array.from({ length: most }, () => side));
  return withNodes(sides, engineUrl, async (nodes) => {
    const names = [...new Set(nodes.map(({ side }) => side.name))];
    const lines = names.map((name) => {
      const own = nodes.filter(({ side }) => side.name === name);
      const path = () => pathOf({ bytes: BYTES, id: 'hit' });
      return {
        name,
        loads: inputs.nodes.map(
          (count) => [count, { nodes: own.slice(0, count), connections: CONNECTIONS, pathOf: path }] as const,
        ),
      };
    });
    const x = { label: 'nodes', isLog: false };
    return [rateCurve('Hits over nodes', x, await growLines(lines, inputs))];
  });
}

async function rateOfRandomKeys(nodes: readonly SideNode[], keys: number, inputs: Inputs): Promise<Rate> {
  const random = seededRandom(keys);
  const path = () => pathOf({ bytes: BYTES_OF_KEYS, id: String(Math.floor(random() * keys)) });
  const line = { name: '', loads: [[keys, { nodes, connections: CONNECTIONS, pathOf: path }] as const] };
  const [grown] = await growLines([line], inputs);
  const rate = grown?.rates[0]?.[1];
  if (!rate) throw new Error('No rate was measured.');
  return rate;
}

/** All nodes share the work. */
async function fill(nodes: readonly SideNode[], from: number, to: number): Promise<void> {
  const share = Math.ceil((to - from) / nodes.length);
  await Promise.all(
    nodes.map((node, i) =>
      node.ask('fill', {
        bytes: BYTES_OF_KEYS,
        from: from + i * share,
        to: Math.min(to, from + (i + 1) * share),
      }),
    ),
  );
  // Tokens and answers of the last loads may still be on their way.
  await wait(100);
}

async function usedBytes(engine: LocalEngine): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(String(await engine.command('INFO', 'memory')))?.[1]);
}
