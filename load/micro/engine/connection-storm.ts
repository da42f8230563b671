import { setTimeout as wait } from 'node:timers/promises';
import type { RedisEngine } from '../../../src/engine/index.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { openEngine, startClient } from './open-engine.js';
import { OUTAGES, type Outage } from './outages.js';
import { largest, mean } from '../../measuring/statistics.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const SECONDS = 10;
const CALLS_EVERY_MS = 5;

/** The connections that one application node makes to failing servers. */
export const connectionStorm: ServersScenario = {
  name: 'connection-storm',
  question: 'How many connections does one node open to failing servers?',
  needs: 'servers',
  uses: [],
  seconds: () => 90,
  method:
    `Connections per second from one engine in the first ${SECONDS} s of an outage, counted by fault proxies that accept all of them, while\n` +
    `callers send 200 calls a second. With Sentinel the connections to the three sentinels are counted, in a cluster those to its three nodes.`,
  async measure({ say }) {
    const rows: Row[] = [];
    for (const [what, arrange] of Object.entries(OUTAGES)) {
      say(what);
      const outage = await arrange();
      try {
        rows.push({ what, ...outage, perSecond: await countConnections(outage) });
      } finally {
        await outage.stop();
      }
    }
    const servers = rows[0]?.servers ?? '';
    return {
      servers,
      tables: [{ title: 'connections', rows: [HEADER, ...rows.map(cellsOf)] }],
      figures: rows.map(figureOf),
    };
  },
};

interface Row extends Pick<Outage, 'servers' | 'proxies' | 'mostPerSecond'> {
  readonly what: string;
  readonly perSecond: readonly number[];
}

const HEADER = ['outage', 'addresses', 'mean/s', 'max/s', 'each second'];

function cellsOf({ what, proxies, perSecond }: Row): string[] {
  const figures = [mean(perSecond).toFixed(1), String(largest(perSecond))];
  return [what, String(proxies.length), ...figures, perSecond.join(' ')];
}

function figureOf({ what, perSecond, mostPerSecond }: Row): Figure {
  return { figure: `${what}, mean`, value: mean(perSecond), atMost: mostPerSecond, unit: '/s' };
}

async function countConnections({ url, proxies, begin }: Outage): Promise<number[]> {
  const engine = begin ? await openEngine(url) : startClient(url);
  const calls = setInterval(() => callOnce(engine), CALLS_EVERY_MS);
  try {
    const accepted = (): number => proxies.reduce((sum, proxy) => sum + proxy.accepted, 0);
    const perSecond: number[] = [];
    let before = begin ? accepted() : 0;
    await begin?.();
    for (let second = 0; second < SECONDS; second++) {
      await wait(1000);
      const now = accepted();
      perSecond.push(now - before);
      before = now;
    }
    return perSecond;
  } finally {
    clearInterval(calls);
    engine.close();
  }
}

let called = 0;

/** Uses keys of all shards. The outcome is irrelevant. */
function callOnce(engine: RedisEngine): void {
  called += 1;
  commandsOf(engine)
    .get(`storm:${called % 100}`)
    .catch(() => undefined);
}
