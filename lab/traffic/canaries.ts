import { randomBytes, randomUUID } from 'node:crypto';
import type { AppNodes } from '../stack/app-nodes.js';
import { Client } from './client.js';
import { MODULE, TEXTBOOK } from './side.js';

/** Words that occur nowhere else. Where one is found, somebody can read what a user entered. */
export interface Canaries {
  /** In the sessions of each side: name, device, and field and value of the data. */
  readonly module: readonly string[];
  readonly textbook: readonly string[];
  /** Player ids of both sides. */
  readonly players: readonly string[];
}

const SEEDS = 5;

/** Signs users in, stores data in their sessions, and submits scores, with canaries everywhere. */
export async function seedCanaries(app: AppNodes): Promise<Canaries> {
  const canaries = { module: [] as string[], textbook: [] as string[], players: [] as string[] };
  const board = `lab-${randomBytes(4).toString('hex')}`;
  const module = new Client(MODULE, app);
  await module.requireOk({ method: 'PUT', path: `/leaderboards/${board}`, body: {} });
  for (let i = 0; i < SEEDS; i++) {
    for (const client of [module, new Client(TEXTBOOK, app)]) {
      const { name } = client.side;
      const [username, device, field, value] = [canary(), canary(), canary(), canary()];
      const account = { username, password: randomUUID() };
      if (name === 'module') await client.requireOk({ method: 'POST', path: '/accounts', body: account });
      const signIn = { ...account, device };
      const { cookie } = await client.requireOk({ method: 'POST', path: '/sessions', body: signIn });
      const data = { [field]: value };
      await client.requireOk({ method: 'PATCH', path: '/sessions/current/data', cookie, body: data });
      // The textbook side has no devices.
      canaries[name].push(username, field, value, ...(name === 'module' ? [device] : []));

      const playerId = canary();
      const body = { submissionId: randomUUID(), playerId, score: 1 };
      const path = `/leaderboards/${board}/${client.side.scores}`;
      await client.requireOk({ method: 'POST', path, body });
      canaries.players.push(playerId);
    }
  }
  return canaries;
}

/** Those that occur in the bytes. */
export function foundIn(canaries: readonly string[], bytes: Buffer): string[] {
  return canaries.filter((canary) => bytes.includes(canary));
}

function canary(): string {
  return `canary-${randomBytes(8).toString('hex')}`;
}
