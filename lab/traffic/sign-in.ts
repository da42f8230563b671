import { randomUUID } from 'node:crypto';
import type { Client } from './client.js';
import { MODULE } from './side.js';

/** Signs a new user in. Resolves with the cookie and the name of the user. */
export async function signIn(client: Client): Promise<{ cookie: string; username: string }> {
  const account = { username: `lab-${randomUUID().slice(0, 8)}`, password: randomUUID() };
  if (client.side === MODULE) await client.ask({ method: 'POST', path: '/accounts', body: account });
  const request = { method: 'POST', path: '/sessions', body: account } as const;
  const { status, cookie } = await client.askUntilServed(request);
  if (status === 201) return { cookie, username: account.username };
  throw new Error(`POST ${client.side.root}/sessions answered ${status} before the fault.`);
}
