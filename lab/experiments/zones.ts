import { areReplicating, waitUntil } from '../../local/stacks/readiness.js';
import { type Zone, zoneOf, ZONES } from '../../local/stacks/zones.js';
import type { Experiment, Observation } from '../experiment.js';
import { enginesAt } from '../stack/app-nodes.js';
import { isSentinel, SHARD } from '../stack/engines.js';
import { type ProxiedEngines, startProxied } from '../stack/proxied-engines.js';
import { startStack } from '../stack/stack.js';
import { failuresOf, loadFigures } from '../traffic/figures.js';
import { Load } from '../traffic/load.js';
import type { Place } from '../traffic/place.js';
import { furtherIn, LOST_PRIMARY, recoveryFigures } from './lost-primary.js';
import { Promotions } from './promotions.js';
import { measureReplicaReads, type Places } from './replica-reads.js';
import { measureLatencies } from './zone-latencies.js';

/** In each direction, between zones. The clocks of Node.js and of the proxies make it a little more. */
const DELAY_MS = 1;
const DEMOTED_WITHIN_SECONDS = 30;

export const zones: Experiment = {
  ...LOST_PRIMARY,
  name: 'zones',
  claim: 'A zone can be lost: the others promote a replica and keep all sessions and scores.',
  method:
    'Three zones, each with an app node, a sentinel and a primary or replica; between zones a fault proxy delays each direction by 1 ms. Latency is measured in the zone of the primary and in another one, for reads from a replica too. Then the proxies cut the zone of the primary off from the others, under load on all three use cases: its primary and app node run on, its sentinel is paused, and its app node gets no requests. Last, it comes back, and its app node gets requests again once the old primary follows the new one.',
  topologies: ['sentinel'],
  seconds: ({ quick }) => (quick ? 60 : 95),
  async run(scene): Promise<Observation> {
    const { engines, app } = await startStack(scene, startProxied(scene, ZONES.map(userOf)), { nodes: 0 });
    delayBetweenZones(engines);
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
    const faultAt = load.mark(`zone ${here} is cut off`);
    scene.say(`zone ${here} is cut off`);
    app.isolate(nodes.get(here) ?? '');
    cutOff(here, engines);
    const watched = await Promotions.after(primary, engines, { scene, load });
    await watched.run(scene.quick ? 5 : 15, 'recovers');
    await bringBack(here, engines);
    load.mark('it is back');
    // Sentinels make an old primary a replica ten seconds after they have found it again.
    await waitUntil('the old primary is a replica', DEMOTED_WITHIN_SECONDS, () =>
      areReplicating([engines.node(primary)]),
    );
    await app.rejoin(nodes.get(here) ?? '');
    load.mark('its app node serves again');
    await watched.run(scene.quick ? 3 : 10, 'the zone is back');
    const promotions = await watched.stop();

    const result = await load.result('all use cases', faultAt);
    const [module] = result.sides;
    const found = module?.load.client.attempts.flatMap(({ place }) => place ?? []) ?? [];
    const share = (place: Place) => (100 * found.filter((one) => one === place).length) / found.length;
    return {
      figures: [
        ...loadFigures(result, app, { mayFail: true }),
        ...recoveryFigures(result, app.control, { faultAt, promotions }),
        ...latencies,
        { name: 'query cache: answered from local memory', unit: '%', values: { module: share('local') } },
        { name: 'query cache: answered by the engine', unit: '%', values: { module: share('engine') } },
        ...replicaReads,
      ],
      timelines: [result.timeline],
      caveats: [
        'PostgreSQL is in no zone: its queries have no latency, and it is not lost.',
        ...failuresOf(result),
        ...furtherIn(promotions),
      ],
    };
  },
  answers: (worst) => [
    ...LOST_PRIMARY.answers(worst),
    `Latency of the module in the zone of the primary and in another one: ${pairOf(worst, 'session: read')} to read a session, ${pairOf(worst, 'board: page')} for a page of the board, ${pairOf(worst, 'query cache: hit')} for a cached answer. Under load, up to ${worst('query cache: answered from local memory')} of all answers of the query cache came from local memory.`,
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

function delayBetweenZones(engines: ProxiedEngines): void {
  for (const name of engines.nodes.keys())
    engines.proxy(name).delay(DELAY_MS, (user) => user !== userOf(zoneOf(name)));
}

/** No byte passes between this zone and the others any more. */
function cutOff(zone: Zone, engines: ProxiedEngines): void {
  for (const [name, server] of engines.nodes) {
    const isInside = zoneOf(name) === zone;
    // Servers sign in without a name, so the proxies inside drop them. The sentinel inside could still reach the others: it is paused.
    engines.proxy(name).drop('both', (user) => (user === userOf(zone)) !== isInside);
    if (isInside && isSentinel(name)) server.pause();
  }
}

async function bringBack(zone: Zone, engines: ProxiedEngines): Promise<void> {
  await Promise.all([...engines.nodes.keys()].map((name) => engines.proxy(name).heal()));
  delayBetweenZones(engines);
  for (const [name, server] of engines.nodes) if (zoneOf(name) === zone && isSentinel(name)) server.resume();
}
