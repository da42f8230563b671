import { afterAll, beforeAll, vi } from 'vitest';
import { FlightsRepository } from '../../../src/demo/flights/flights.repository.js';
import { type AppOptions, startApp, type TestApp } from '../../support/app.js';

/** Starts the application in demo mode before the tests of a file, and stops it after them. */
export function useTextbookApp(options: AppOptions = {}): { readonly app: TestApp } {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp({ ...options, settings: { DEMO: 'true', ...options.settings } });
  });
  afterAll(() => app.close());
  return {
    get app() {
      return app;
    },
  };
}

/** Counts how often the textbook side and the module together run a query. Each has a repository of its own. */
export function countLoads(query: 'flight' | 'topRoutes'): () => number {
  const spy = vi.spyOn(FlightsRepository.prototype, query);
  return () => spy.mock.calls.length;
}
