import { computed, effect, signal } from '@preact/signals';
import { postJson, request, type Problem } from '../../http/request.js';
import { args, query } from '../request/query-requests.js';

export type InvalidationResult =
  { ok: true; of: string; isConfirmed: boolean } | { ok: false; problem: Problem };

/** What can be invalidated for the question of the form, as `POST /api/query-cache/invalidations` takes it. */
export const targets = computed(() => {
  const origin = args.value.origin.trim().toUpperCase();
  const destination = args.value.destination.trim().toUpperCase();
  switch (query.value) {
    case 'top-routes':
      return { entry: entry('flights.top-routes', { origin }), tag: `airport:${origin}` };
    case 'route':
      return { entry: entry('flights.route', { origin, destination }), tag: `airport:${origin}` };
    case 'ranking':
      return { entry: entry('flights.airport-ranking', {}), tag: 'airport:any' };
    case 'flight':
      return { entry: entry('flights.flight', { id: Number(args.value.flightId) }), tag: null };
    default:
      return { entry: entry('weather.current', { airport: origin }), tag: null };
  }
});

export const invalidation = signal<InvalidationResult | null>(null);

effect(() => {
  if (targets.value !== null) invalidation.value = null;
});

export const invalidateEntry = (): Promise<void> => invalidate('This answer', targets.value.entry);
export const invalidateQuery = (name: string): Promise<void> =>
  invalidate(`All answers of ${name}`, { query: name });
export const invalidateAll = (): Promise<void> => invalidate('Everything', { all: true });
export const invalidateTag = (tag: string): Promise<void> => invalidate(`All answers with ${tag}`, { tag });

async function invalidate(of: string, body: object): Promise<void> {
  const answer = await request<{ isConfirmed: boolean }>('/api/query-cache/invalidations', postJson(body));
  invalidation.value = answer.ok ? { ok: true, of, isConfirmed: answer.body.isConfirmed } : answer;
}

function entry(name: string, of: object): { query: string; args: object } {
  return { query: name, args: of };
}
