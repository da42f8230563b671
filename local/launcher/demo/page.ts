import { type BuildTarget, SHARED_SOURCES } from '../app/build.js';

/** The page that the demo serves at `/`. */
export const PAGE: BuildTarget = {
  name: 'page',
  sources: ['web', ...SHARED_SOURCES],
  output: 'web/dist',
  command: ['node_modules/vite/bin/vite.js', 'build', 'web'],
};

/** Asks what the page asks first: its first visitor must not wait for cold tables and code. */
export function askFirstQuestion(port: number): void {
  fetch(`http://127.0.0.1:${port}/api/flights/routes/JFK?limit=20`).then(
    (response) => response.body?.cancel(),
    () => undefined,
  );
}
