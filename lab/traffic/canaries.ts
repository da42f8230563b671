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
  await expectOk(module.ask({ method: 'PUT', path: `/leaderboards/${board}`, body: {} }), 'defining a board');
  for (let i = 0; i < SEEDS; i++) {
    for (const client of [module, new Client(TEXTBOOK, app)]) {
      const { name } = client.side;
      const [username, device, field, value] = [canary(), canary(), canary(), canary()];
      const account = { username, password: randomUUID() };
      if (name === 'module')
        await expectOk(client.ask({ method: 'POST', path: '/accounts', body: account }), 'signing up');
      const signIn = { ...account, device };
      const { cookie } = await expectOk(
        client.ask({ method: 'POST', path: '/sessions', body: signIn }),
        'signing in',
      );
      const change = {
        method: 'PATCH',
        path: '/sessions/current/data',
        cookie,
        body: { [field]: value },
      } as const;
      await expectOk(client.ask(change), 'changing a session');
      // The textbook side has no devices.
      canaries[name].push(username, field, value, ...(name === 'module' ? [device] : []));

      const playerId = canary();
      const body = { submissionId: randomUUID(), playerId, score: 1 };
      const path = `/leaderboards/${board}/${client.side.scores}`;
      await expectOk(client.ask({ method: 'POST', path, body }), 'submitting a score');
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

async function expectOk(asking: ReturnType<Client['ask']>, what: string) {
  const answer = await asking;
  if (answer.status >= 200 && answer.status < 300) return answer;
  throw new Error(`The app answered ${answer.status} when ${what}.`);
}
