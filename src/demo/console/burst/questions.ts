import type { Question } from './burst.schemas.js';

/** A question about flights, as HTTP and as the query cache know it. */
export interface AskedQuestion {
  /** Below `/api` or `/textbook`. */
  path: string;
  /** The cached query, and its arguments. */
  name: string;
  args: unknown;
}

export function resolveQuestion(question: Question): AskedQuestion {
  const routes = '/flights/routes';
  switch (question.query) {
    case 'top-routes': {
      const { origin } = question;
      return { path: `${routes}/${origin}`, name: 'flights.top-routes', args: { origin } };
    }
    case 'route': {
      const { origin, destination } = question;
      return {
        path: `${routes}/${origin}/${destination}`,
        name: 'flights.route',
        args: { origin, destination },
      };
    }
    case 'ranking':
      return { path: '/flights/airports/ranking', name: 'flights.airport-ranking', args: {} };
    default: {
      const { flightId: id } = question;
      return { path: `/flights/${id}`, name: 'flights.flight', args: { id } };
    }
  }
}
