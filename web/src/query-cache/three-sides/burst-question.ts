import { computed } from '@preact/signals';
import { args, query } from '../request/query-requests.js';

/** The question of the form as `POST /api/console/bursts` takes it; null if bursts do not support it. */
export const burstQuestion = computed(() => {
  const { origin, destination, flightId } = args.value;
  switch (query.value) {
    case 'top-routes':
      return { query: 'top-routes', origin };
    case 'route':
      return { query: 'route', origin, destination };
    case 'ranking':
      return { query: 'ranking' };
    case 'flight':
      return { query: 'flight', flightId };
    default:
      return null;
  }
});
