import { randomUUID } from 'node:crypto';
import type { AppClient } from './app-client.js';

/** Signs in with a new account. Resolves with the header `Cookie`. */
export async function signIn(app: AppClient): Promise<string> {
  const account = { username: newName(), password: randomUUID() };
  await app.post('/api/accounts', account);
  return cookieOf(await app.post('/api/sessions', account));
}

/** Any name signs in to the textbook side. Resolves with the header `Cookie`. */
export async function signInToTextbook(app: AppClient): Promise<string> {
  return cookieOf(await app.post('/textbook/sessions', { username: newName() }));
}

function newName(): string {
  return `load-${randomUUID().slice(0, 8)}`;
}

function cookieOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}
