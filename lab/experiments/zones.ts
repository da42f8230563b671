import { type Zone, zoneOf, ZONES } from '../../local/stacks/zones.js';
import type { Experiment, Observation } from '../experiment.js';
import { type AppNodes, enginesAt } from '../stack/app-nodes.js';
import { SHARD } from '../stack/engines.js';
import { type ProxiedEngines, startProxied } from '../stack/proxied-engines.js';
import { startStack } from '../stack/stack.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import { LOST_PRIMARY, promotionIn, recoveryFigures } from './lost-primary.js';
import { measureReplicaReads, type Places } from './replica-reads.js';
import { measureLatencies } from './zone-latencies.js';

/** In each direction, between zones. The clocks of Node.js and of the proxies make it a little more. */
const DELAY_MS = 1;

type NodesByZone = ReadonlyMap<Zone, string>;

export const zones: Experiment = {
  ...LOST_PRIMARY,
  name: 'zones',
  claim: 'A zone can be lost: the others promote a replica, and go on with all data.',
  method:
    'Three zones, each with an app node, a sentinel and a primary or replica; between zones a fault proxy delays each direction by 1 ms. Latency is measured in the zone of the primary and in another one, for reads from a replica too. Then all servers and the app node in the zone of the primary are killed under load on all three use cases.',
  topologies: ['sentinel'],
  seconds: ({ quick }) => (quick ? 45 : 75),
  async run(scene): Promise<Observation> {
    const { engines, app } = await startStack(scene, startProxied(scene, ZONES.map(userOf)), { nodes: 0 });
    for (const name of engines.nodes.keys()) {
      engines.proxy(name).delay(DELAY_MS, (user) => user !== userOf(zoneOf(name)));
    }
    const nodes = new Map(
      await Promise.all(
        ZONES.map(async (zone) => [zone, await app.add(enginesAt(engines.urlFor(userOf(zone))))] as const),
      ),
    );
    const primary = await engines.primaryNow(SHARD);
    const here = zoneOf(primary);
    const elsewhere = ZONES.find((zone) => zone !== here) ?? here;
    scene.say('measures the latency');
    const latencies = await measureLatencies(scene, app, {
      'same zone': nodes.get(here) ?? '',
      'another zone': nodes.get(elsewhere) ?? '',
    });
    const replicaReads = await measureReplicaReads(scene, engines, placesOf(engines, primary));

    const load = await Load.start(scene, app);
    await load.untilSteady(scene.quick ? 2 : 8);
    const faultAt = load.mark(`zone ${here} is lost`);
    scene.say(`zone ${here} is lost`);
    await killZone(here, { engines, app, nodes });
    const times = await promotionIn(engines, primary, { scene, load });
    await load.run(scene.quick ? 5 : 15, 'recovers');

    const result = await load.result(faultAt);
    const [module] = result.sides;
    const found = module?.load.queries.found ?? new Map<string, number>();
    const share = (place: string) =>
      (100 * (found.get(place) ?? 0)) / [...found.values()].reduce((sum, count) => sum + count, 0);
    return {
      figures: [
        ...loadFigures(result, app, { mayFail: true }),
        ...recoveryFigures(result, app.control, { faultAt, ...times }),
        ...latencies,
        { name: 'query cache: answered from local memory', unit: '%', values: { module: share('local') } },
        { name: 'query cache: answered by the engine', unit: '%', values: { module: share('engine') } },
        ...replicaReads,
      ],
      timeline: result.timeline,
      caveats: [
        'PostgreSQL is in no zone: its queries have no latency, and it is not lost.',
        'Requests that were in flight to the killed app node are not counted as failed.',
        ...failuresOf(result),
      ],
    };
  },
  answers: (worst) => [
    ...LOST_PRIMARY.answers(worst),
    `Latency of the module in the zone of the primary and in another one: ${pairOf(worst, 'session: read')} to read a session, ${pairOf(worst, 'board: page')} for a page of the board, ${pairOf(worst, 'query cache: hit')} for a cached answer, ${worst('query cache: answered from local memory')} of which need no engine.`,
    `A replica in the same zone answers a GET in ${worst('GET from a replica in the same zone, p50', 'engine')}, the primary in another zone in ${worst('GET from the primary in another zone, p50', 'engine')}. Right after a write that is acknowledged in the zone of the primary, ${worst('stale on the replica right after a write', 'engine')} of the reads from the replica are stale, for ${worst('replica is behind, p99', 'engine')} (p99; ${worst('replica is behind, 2,000 writes/s, p99', 'engine')} under writes).`,
  ],
};

function pairOf(worst: Parameters<Experiment['answers']>[0], what: string): string {
  return `${worst(`${what}, same zone, p50`)} and ${worst(`${what}, another zone, p50`)}`;
}

/** The name that the app node of a zone signs in with. */
function userOf(zone: Zone): string {
  return `zone-${zone}`;
}

function placesOf({ dataNodes }: ProxiedEngines, primary: string): Places {
  const replica = dataNodes.find((name) => name !== primary);
  if (replica === undefined) throw new Error('The primary has no replica.');
  return {
    primary,
    userAtPrimary: userOf(zoneOf(primary)),
    replica,
    userAtReplica: userOf(zoneOf(replica)),
  };
}

/** Kills all servers and the app node of a zone at once. */
async function killZone(
  zone: Zone,
  { engines, app, nodes }: { engines: ProxiedEngines; app: AppNodes; nodes: NodesByZone },
): Promise<void> {
  const servers = [...engines.nodes].filter(([name]) => zoneOf(name) === zone);
  await Promise.all([app.kill(nodes.get(zone) ?? ''), ...servers.map(([, server]) => server.kill())]);
}
