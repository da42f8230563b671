import { signal } from '@preact/signals';

/** Each view and its name in the navigation. The first one is the start page. */
export const views = {
  overview: 'Overview',
  'query-cache': 'Query cache',
  sessions: 'Sessions',
  leaderboard: 'Leaderboard',
  'break-it': 'Break it',
  claims: 'Claims',
} as const;

export type View = keyof typeof views;

/** The view that the hash of the address names, for example `#/sessions`. */
export const view = signal(viewOf(location.hash));

addEventListener('hashchange', () => {
  view.value = viewOf(location.hash);
  scrollTo(0, 0);
});

function viewOf(hash: string): View {
  const name = hash.replace(/^#\/?/, '');
  return Object.hasOwn(views, name) ? (name as View) : 'overview';
}
