import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.js';
import { rounds } from '../../support/scope.js';
import { asOperator } from '../../support/settings.js';
import { Visitors } from '../sessions/visitors.js';

const BODIES = rounds(400);
const INVALIDATIONS = rounds(200);
const FLIGHT = { date: '2001-06-30T12:05:00', delay: 90, distance: 100, origin: 'JFK', destination: 'XNA' };

describe('the flights API with any input', () => {
  let app: TestApp;
  let cookie: string;
  beforeAll(async () => {
    app = await startApp();
    ({ cookie } = await new Visitors(app).newVisit());
  });
  afterAll(() => app.close());

  const get = async (path: string) =>
    (await fetch(app.url + path)).json() as Promise<Record<string, unknown[]>>;
  const post = async (path: string, body: string) => {
    const headers = { cookie, 'content-type': 'application/json' };
    const response = await fetch(app.url + path, { method: 'POST', headers, body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const add = (flight: object) => post('/api/flights', JSON.stringify(flight));

  describe('GET with a limit', () => {
    it.each([
      ['flights.airport-ranking', '/api/flights/airports/ranking', 'airports'],
      ['flights.top-routes', '/api/flights/routes/ATL', 'routes'],
    ])('loads %s once for all limits from 1 to 100', async (query, path, list) => {
      const loads = async (): Promise<number> => {
        const response = await fetch(`${app.url}/api/query-cache/stats`, { headers: asOperator });
        return (
          ((await response.json()) as { queries: Record<string, { loads: number }> }).queries[query]?.loads ??
          0
        );
      };
      const before = await loads();
      const { [list]: longest = [] } = await get(`${path}?limit=100`);
      expect(longest.length).toBeGreaterThan(20);
      const limits = Array.from({ length: 100 }, (_, i) => i + 1);
      const answers = await Promise.all(limits.map((limit) => get(`${path}?limit=${limit}`)));
      expect(answers.map((answer) => answer[list])).toEqual(limits.map((limit) => longest.slice(0, limit)));
      expect(await loads()).toBe(before + 1);
    });
  });

  describe('POST /api/query-cache/invalidations', () => {
    const invalidate = async (args: string) => {
      const response = await fetch(`${app.url}/api/query-cache/invalidations`, {
        method: 'POST',
        headers: { ...asOperator, 'content-type': 'application/json' },
        body: `{"query":"flights.flight","args":${args}}`,
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };
    const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);

    it.each([2_000, 30_000])('answers 422 for %d nested arrays', async (depth) => {
      const { status, body } = await invalidate(nested(depth));
      expect(status).toBe(422);
      expect(body).toMatchObject({
        code: 'E_QUERY_ARGUMENTS',
        detail: expect.stringContaining('nested'),
        errors: [{ field: expect.stringMatching(/^args/), message: expect.stringContaining('nested') }],
      });
      expect(String(body['detail']).length).toBeLessThan(400);
    });

    it('never answers 500 for any arguments', async () => {
      const depths = fc.integer({ min: 1, max: 5_000 }).map(nested);
      const objects = fc
        .integer({ min: 1, max: 5_000 })
        .map((n) => '{"a":'.repeat(n) + '1e999' + '}'.repeat(n));
      const anything = fc.oneof(
        fc.json(),
        depths,
        objects,
        fc.constantFrom('1e999', '-0', '{"__proto__":1}'),
      );
      const statuses: Record<number, number> = {};
      await fc.assert(
        fc.asyncProperty(anything, async (args) => {
          const { status } = await invalidate(args);
          statuses[status] = (statuses[status] ?? 0) + 1;
          expect([200, 422]).toContain(status);
        }),
        { numRuns: INVALIDATIONS },
      );
      console.log(`${INVALIDATIONS} invalidations: ${JSON.stringify(statuses)} by status`);
    });
  });

  describe('POST /api/flights', () => {
    it.each([
      ['the year 0', { date: '0000-01-01T00:00:00' }],
      ['a fraction of 1,000 digits', { date: `2001-06-30T12:05:00.${'1'.repeat(1_000)}` }],
      ['a time zone, which would be dropped', { date: '2001-06-30T12:05:00Z' }],
      ['no seconds', { date: '2001-06-30T12:05' }],
      ['a day that does not exist', { date: '2001-02-29T12:05:00' }],
      ['a delay out of range', { delay: 32_768 }],
      ['small letters', { origin: 'jfk' }],
    ])('answers 422 to %s and names the field', async (_what, change) => {
      const { status, body } = await add({ ...FLIGHT, ...change });
      expect(status).toBe(422);
      expect(body).toMatchObject({ code: 'E_INVALID', errors: [{ field: Object.keys(change)[0] }] });
    });

    const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));
    const nearDate = fc.oneof(
      fc
        .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 19)),
      fc
        .tuple(digits(4), digits(2), digits(2), digits(2), fc.constantFrom('', 'Z', '.5', ' BC', '+02:00'))
        .map(([year, month, day, hour, end]) => `${year}-${month}-${day}T${hour}:00:00${end}`),
      fc.constantFrom(
        '0001-01-01T00:00:00',
        '9999-12-31T23:59:59',
        'infinity',
        'now',
        '10000-01-01T00:00:00',
      ),
    );
    const nearNumber = fc.oneof(fc.integer({ min: -32_769, max: 32_768 }), fc.double(), fc.maxSafeInteger());
    const nearCode = fc.oneof(
      fc.stringMatching(/^[A-Z0-9]{3}$/),
      fc.string({ maxLength: 4, unit: 'binary' }),
    );
    const nearFlight = fc.record({
      date: nearDate,
      delay: nearNumber,
      distance: nearNumber,
      origin: nearCode,
      destination: nearCode,
    });
    const validFlight = fc.record({
      date: nearDate,
      delay: fc.integer({ min: -32_768, max: 32_767 }),
      distance: fc.integer({ min: 1, max: 32_767 }),
      origin: fc.constantFrom('JFK', 'LAX', 'Q9Z'),
      destination: fc.constantFrom('JFK', 'LAX', 'Q9Z'),
    });
    const body = fc.oneof(
      { weight: 3, arbitrary: validFlight.map((flight) => JSON.stringify(flight)) },
      { weight: 2, arbitrary: nearFlight.map((flight) => JSON.stringify(flight)) },
      fc
        .tuple(
          validFlight,
          fc.constantFrom(...Object.keys(FLIGHT), '__proto__', 'more'),
          fc.jsonValue({ maxDepth: 4 }),
        )
        .map(
          ([flight, field, value]) =>
            `${JSON.stringify(flight).slice(0, -1)},${JSON.stringify(field)}:${JSON.stringify(value)}}`,
        ),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc.integer({ min: 1, max: 30_000 }).map((depth) => '['.repeat(depth) + ']'.repeat(depth)),
      fc.string(),
    );

    it(`answers any of ${BODIES} bodies with 201, 400, 413, 415 or 422, and returns what it accepted unchanged`, async () => {
      const count: Record<number, number> = {};
      await fc.assert(
        fc.asyncProperty(body, async (text) => {
          const answer = await post('/api/flights', text);
          count[answer.status] = (count[answer.status] ?? 0) + 1;
          expect([201, 400, 413, 415, 422]).toContain(answer.status);
          if (answer.status !== 201) return;
          // Nest drops a field "__proto__" before validation.
          const sent = { ...(JSON.parse(text) as object) } as Record<string, unknown>;
          const flight = Object.fromEntries(Object.keys(FLIGHT).map((field) => [field, sent[field]]));
          flight['id'] = answer.body['id'];
          expect(answer.body).toEqual({ ...flight, invalidated: true });
          expect(await get(`/api/flights/${String(flight.id)}`)).toEqual(flight);
        }),
        // One valid and one invalid body for every seed.
        { numRuns: BODIES, examples: [[JSON.stringify(FLIGHT)], ['{}']] },
      );
      console.info(`bodies of POST /api/flights: ${JSON.stringify(count)}`);
      expect(count[201]).toBeGreaterThan(0);
      expect(count[422]).toBeGreaterThan(0);
    }, 60_000);

    it.each(['/api/accounts', '/api/sessions'])(
      `answers any of ${BODIES} bodies of %s without a 500`,
      async (path) => {
        const text = fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom('ada', 'a\u0000b', '\ud800', ' '.repeat(9)),
        );
        const bodies = fc.oneof(
          body,
          fc
            .record({ username: text, password: text, device: text }, { requiredKeys: [] })
            .map((record) => JSON.stringify(record)),
        );
        await fc.assert(
          fc.asyncProperty(bodies, async (sent) => {
            expect([201, 400, 401, 409, 413, 415, 422, 429]).toContain((await post(path, sent)).status);
          }),
          { numRuns: BODIES },
        );
      },
      60_000,
    );
  });
});
