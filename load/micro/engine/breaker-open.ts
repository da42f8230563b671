import { setTimeout as wait } from 'node:timers/promises';
import { startCluster, startEngine } from '../../../local/index.js';
import { EngineError, type RedisEngine } from '../../../src/engine/index.js';
import { type Costs, costsInTurn, figureOf, secondsOfWork, tableOfCosts } from '../../measuring/costs.js';
import type { ServersScenario, Setting } from '../../scenario.js';
import { openEngine, until } from './open-engine.js';
import { commandsOf } from '../../../test/support/commands-of.js';

const BATCH = 200;
/** Pause between batches, so that heartbeats and reconnects continue as in an application. */
const BETWEEN_BATCHES_MS = 10;
const WAVE = 1000;
const REFUSED_IN_A_ROW = 50;
/** Its slot, 5061 of 16,384, belongs to the first of three shards. */
const KEY = 'bar';

/** The cost of a refused call once the outage is detected. */
export const breakerOpen: ServersScenario = {
  name: 'breaker-open',
  question: 'What does a call cost during an outage, once it is detected?',
  needs: 'servers',
  uses: ['rounds', 'seconds'],
  seconds: (options) => 6 + OUTAGES.length * 2 * secondsOfWork(options),
  method:
    `Time until a GET is refused after the outage was detected: awaited one by one, and in waves of ${WAVE} issued together. Calls that had to wait\n` +
    'for the server, as the breaker probes it, are not counted.',
  async measure(setting) {
    const measured = new Map<string, Costs>();
    let servers = '';
    for (const begin of OUTAGES) {
      const victim = await begin();
      servers ||= victim.servers;
      measured.set(victim.what, await during(victim, setting));
    }
    return {
      servers,
      tables: [tableOfCosts({ title: 'refused calls', header: 'outage', over: 'one by one' }, measured)],
      figures: [...measured].flatMap(([what, costs]) =>
        ['one by one', 'together'].map((how) =>
          figureOf(costs.middle(how), { figure: `${what}, ${how}`, atMost: 20, unit: 'µs' }),
        ),
      ),
    };
  },
};

/** A server or stack of servers, and how to stop it. */
interface Victim {
  readonly what: string;
  readonly servers: string;
  readonly url: string;
  readonly breakIt: () => Promise<void> | void;
  readonly stop: () => Promise<void>;
}

const OUTAGES: readonly (() => Promise<Victim>)[] = [
  () => standalone('killed', (server) => server.kill()),
  () => standalone('paused', (server) => server.pause()),
  async () => {
    const stack = await startCluster('valkey', { replicasPerShard: 0 });
    const { name, version } = stack.node('shard-1');
    return {
      what: "cluster, the key's shard killed",
      servers: `${name} ${version}`,
      url: stack.url,
      breakIt: () => stack.node('shard-1').kill(),
      stop: () => stack.stop(),
    };
  },
];

async function standalone(
  how: string,
  breakIt: (server: Awaited<ReturnType<typeof startEngine>>) => Promise<void> | void,
): Promise<Victim> {
  const server = await startEngine('valkey');
  return {
    what: `standalone, ${how}`,
    servers: `${server.name} ${server.version}`,
    url: server.url,
    breakIt: () => breakIt(server),
    stop: () => server.stop(),
  };
}

async function during(victim: Victim, setting: Setting): Promise<Costs> {
  try {
    const engine = await openEngine(victim.url);
    try {
      await victim.breakIt();
      await until('calls are refused', () => refusesInARow(engine));
      const works = [
        {
          name: 'one by one',
          cost: (times: number) => timeOfRefusals(engine, times, { batch: BATCH, wave: 1 }),
        },
        {
          name: 'together',
          cost: (times: number) => timeOfRefusals(engine, times, { batch: WAVE, wave: WAVE }),
        },
      ];
      return await costsInTurn(works, setting);
    } finally {
      engine.close();
    }
  } finally {
    await victim.stop();
  }
}

async function refusesInARow(engine: RedisEngine): Promise<boolean> {
  for (let call = 0; call < REFUSED_IN_A_ROW; call++) if (!(await isRefused(engine))) return false;
  return true;
}

/** A wave with a call that was not refused takes as long as that call, so it is repeated. */
async function timeOfRefusals(
  engine: RedisEngine,
  times: number,
  { batch, wave }: { batch: number; wave: number },
): Promise<number> {
  let microseconds = 0;
  for (let done = 0; done < times;) {
    if (done % batch === 0) await wait(BETWEEN_BATCHES_MS);
    const calls = Math.min(wave, times - done);
    const start = performance.now();
    const refused = await Promise.all(Array.from({ length: calls }, () => isRefused(engine)));
    if (refused.includes(false)) continue;
    microseconds += (performance.now() - start) * 1_000;
    done += calls;
  }
  return microseconds;
}

async function isRefused(engine: RedisEngine): Promise<boolean> {
  try {
    await commandsOf(engine).get(KEY);
    return false;
  } catch (error) {
    return error instanceof EngineError && error.outcome === 'refused';
  }
}
