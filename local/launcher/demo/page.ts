import { type BuildTarget, SHARED_SOURCES } from '../app/build.js';

/** The page that the demo serves at `/`. */
export const PAGE: BuildTarget = {
  name: 'page',
  sources: ['web', ...SHARED_SOURCES],
  output: 'web/dist',
  command: ['node_modules/vite/bin/vite.js', 'build', 'web'],
};

const FIRST_QUESTION = '/api/flights/routes/JFK?limit=20';
const TIMEOUT_MS = 10_000;

/** Asks what the page asks first, so that its first visitor does not wait for cold tables and code. */
export async function askFirstQuestion(port: number): Promise<void> {
  // First without the cache, then through it.
  for (const headers of [new Headers({ 'cache-control': 'no-store' }), new Headers()])
    await fetch(`http://127.0.0.1:${port}${FIRST_QUESTION}`, {
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
      .then((response) => response.arrayBuffer())
      // The page says what is wrong.
      .catch(() => undefined);
}
