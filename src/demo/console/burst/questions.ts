import type { Question } from './burst.schemas.js';

/** Where a question is asked, below `/api` or `/textbook`. */
export function pathOf(question: Question): string {
  switch (question.query) {
    case 'top-routes':
      return `/flights/routes/${question.origin}`;
    case 'route':
      return `/flights/routes/${question.origin}/${question.destination}`;
    case 'ranking':
      return '/flights/airports/ranking';
    case 'flight':
      return `/flights/${question.flightId}`;
  }
}

/** The cached query that answers a question, and its arguments. */
export function cachedQueryOf(question: Question): { name: string; args: unknown } {
  switch (question.query) {
    case 'top-routes':
      return { name: 'flights.top-routes', args: { origin: question.origin } };
    case 'route':
      return {
        name: 'flights.route',
        args: { origin: question.origin, destination: question.destination },
      };
    case 'ranking':
      return { name: 'flights.airport-ranking', args: {} };
    case 'flight':
      return { name: 'flights.flight', args: { id: question.flightId } };
  }
}
