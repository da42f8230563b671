import { randomUUID } from 'node:crypto';
import { quantile } from '../../load/measuring/statistics.js';
import type { Figure, Scene } from '../experiment.js';
import type { AppNodes } from '../stack/app-nodes.js';
import { Client, type Request } from '../traffic/client.js';
import { MODULE, type Side, SIDES } from '../traffic/side.js';
import { signIn } from '../traffic/sign-in.js';
import { timesOf } from '../traffic/timing.js';

const CALLS = 500;
const QUICK_CALLS = 100;
const PLAYERS = 10;

interface Requests {
  readonly client: Client;
  readonly byName: Readonly<Record<string, Request>>;
}

/** Times a request of each use case, one at a time, on each of these app nodes. */
export async function measureLatencies(
  { quick }: Scene,
  app: AppNodes,
  nodes: Readonly<Record<string, string>>,
): Promise<Figure[]> {
  const sides: Requests[] = [];
  for (const side of SIDES) sides.push(await requestsOf(side, app));
  const figures: Figure[] = [];
  for (const what of Object.keys(sides[0]?.byName ?? {})) {
    for (const [where, node] of Object.entries(nodes)) {
      const values: Record<string, number> = {};
      for (const { client, byName } of sides) {
        const send = async () => {
          const { status } = await client.ask({ path: '', ...byName[what], node });
          if (status >= 300) throw new Error(`${client.side.name}: ${what} answered ${status}.`);
        };
        // From then on the answer is in the cache.
        await send();
        values[client.side.name] = quantile(await timesOf(quick ? QUICK_CALLS : CALLS, send), 0.5);
      }
      figures.push({ name: `${what}, ${where}, p50`, unit: 'ms', values });
    }
  }
  return figures;
}

async function requestsOf(side: Side, app: AppNodes): Promise<Requests> {
  const client = new Client(side, app);
  const { cookie } = await signIn(client);
  const board = `/leaderboards/lab-${randomUUID().slice(0, 8)}`;
  if (side === MODULE) await client.ask({ method: 'PUT', path: board, body: { operator: 'sum' } });
  for (let i = 0; i < PLAYERS; i++) {
    const body = { submissionId: randomUUID(), playerId: `player-${i}`, score: 1 };
    await client.ask({ method: 'POST', path: `${board}/${side.scores}`, body });
  }
  const byName = {
    'session: read': { path: '/sessions/current', cookie },
    'board: page': { path: `${board}?limit=10` },
    'query cache: hit': { path: '/flights/routes/ORD' },
  };
  return { client, byName };
}
