import { setTimeout as wait } from 'node:timers/promises';
import { type Gain, gainOf } from '../measuring/gain.js';
import { inTurn } from '../measuring/in-turn.js';
import { median, quantile } from '../measuring/statistics.js';
import { HttpClient } from './http-client.js';
import { type AnswerKey, pathOf } from './protocol.js';
import type { SideNode } from './side-node.js';
import { BARE, CONSTANT, FAST_LANE, type Side } from './sides.js';

export const CONNECTIONS = 20;
/** In the place of a side: what a round trip to the engine costs a process that sends many at once. */
export const PING: Side = { name: 'one PING', file: '', kind: 'limit' };
const STORED_WITHIN_MS = 5_000;

/** In microseconds of CPU per request, and requests per second. */
export interface Cost {
  readonly cpu: number;
  readonly perSecond: number;
}

export interface HitOptions {
  readonly requests: number;
  readonly rounds: number;
  readonly warmUps: number;
  readonly onRound: (round: number) => void;
}

/** What a hit cost the server of each side, in each round. */
export class Hits {
  constructor(private readonly costs: ReadonlyMap<Side, readonly Cost[]>) {}

  get sides(): Side[] {
    return [...this.costs.keys()];
  }

  cpu(side: Side): { median: number; quartiles: [number, number] } {
    const values = this.of(side).map(({ cpu }) => cpu);
    return { median: median(values), quartiles: [quantile(values, 0.25), quantile(values, 0.75)] };
  }

  perSecond(side: Side): number {
    return median(this.of(side).map(({ perSecond }) => perSecond));
  }

  /** The ratio of the rounds of the same turn. */
  ratio(side: Side, over: Side, figure: keyof Cost): Gain {
    const others = this.of(over);
    return gainOf(this.of(side).map((cost, i) => cost[figure] / (others[i]?.[figure] ?? Number.NaN)));
  }

  private of(side: Side): readonly Cost[] {
    return this.costs.get(side) ?? [];
  }
}

/** Requests one answer from all sides in turn. The first requests store it. */
export async function measureHits(
  nodes: readonly SideNode[],
  answer: AnswerKey,
  options: HitOptions,
): Promise<Hits> {
  await store(nodes, answer);
  const clients = await Promise.all(nodes.map(({ port }) => HttpClient.open(port, CONNECTIONS)));
  const path = pathOf(answer);
  const { requests } = options;
  const turns = nodes.map((node, i) => async () => {
    const client = clients[i];
    return costOf(node, requests, () => client?.get(() => path, requests) ?? Promise.resolve());
  });
  const pinging = nodes.find(({ side }) => side === CONSTANT);
  const ping = async () =>
    pinging ? costOf(pinging, requests, () => pinging.ask('ping', requests)) : { cpu: NaN, perSecond: NaN };
  try {
    const costs = await inTurn([...turns, ping], options);
    return new Hits(
      new Map([...nodes.map(({ side }) => side), PING].map((side, i) => [side, costs[i] ?? []])),
    );
  } finally {
    for (const client of clients) client.close();
  }
}

async function costOf(node: SideNode, requests: number, send: () => Promise<void>): Promise<Cost> {
  const before = await node.ask('cpu');
  const startedAt = performance.now();
  await send();
  const seconds = (performance.now() - startedAt) / 1000;
  return { cpu: ((await node.ask('cpu')) - before) / requests, perSecond: requests / seconds };
}

async function store(nodes: readonly SideNode[], answer: AnswerKey): Promise<void> {
  const path = pathOf(answer);
  const isBare = ({ side }: SideNode) => side === BARE;
  for (const { url } of nodes.filter((node) => !isBare(node))) await (await fetch(url + path)).text();
  const fastLane = nodes.find(({ side }) => side === FAST_LANE);
  if (!fastLane) return;
  await storedLocally(fastLane.url + path);
  await nodes.find(isBare)?.ask('copy', fastLane.url + path);
}

async function storedLocally(url: string): Promise<void> {
  for (const deadline = Date.now() + STORED_WITHIN_MS; ; await wait(5)) {
    const response = await fetch(url);
    await response.text();
    if (response.headers.get('cache-status')?.includes('detail=local')) return;
    if (Date.now() > deadline) throw new Error(`${url} is not answered from memory: ${response.status}.`);
  }
}
