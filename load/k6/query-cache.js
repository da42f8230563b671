/*
 * The scenario `query-cache` of `npm run load` for teams that use k6: the same query without and with the cache, at a fixed rate that does
 * not wait for answers.
 *
 *   k6 run -e URL=http://localhost:3000 -e RATE=50 -e OPERATOR_KEY=... load/k6/query-cache.js
 *
 * Outside demo mode only an operator may send `Cache-Control: no-store`. Load only hosts that are yours.
 */
import { check } from 'k6';
import http from 'k6/http';
import { Trend } from 'k6/metrics';

const { URL = 'http://localhost:3000', RATE = '50', SECONDS = '30', OPERATOR_KEY } = __ENV;
const PATH = '/api/flights/routes/JFK?limit=20';
const AUTHORIZATION = OPERATOR_KEY ? { Authorization: `Bearer ${OPERATOR_KEY}` } : {};

/** The server's own time, without the network: the sum of `dur=` in Server-Timing. */
const serverTime = new Trend('server_time', true);

const atFixedRate = (exec, rate, startTime) => ({
  executor: 'constant-arrival-rate',
  exec,
  rate,
  timeUnit: '1s',
  duration: `${SECONDS}s`,
  startTime,
  preAllocatedVUs: 50,
  maxVUs: 200,
});

export const options = {
  scenarios: {
    cached: atFixedRate('cached', Number(RATE), '0s'),
    // A tenth of the rate: without the cache this query takes 100 to 350 ms of a database core.
    direct: atFixedRate('direct', Math.max(1, Math.round(Number(RATE) / 10)), `${Number(SECONDS) + 5}s`),
  },
  thresholds: {
    'http_req_failed{scenario:cached}': ['rate==0'],
    'http_req_failed{scenario:direct}': ['rate==0'],
    'http_req_duration{scenario:cached}': ['p(99)<50'],
    'server_time{scenario:cached}': [],
    'server_time{scenario:direct}': [],
  },
};

/** Loads the answer, so that the first requests are hits. */
export function setup() {
  http.get(URL + PATH, { headers: AUTHORIZATION });
}

export function cached() {
  ask({}, (status) => status.includes('hit'), 'is a hit');
}

export function direct() {
  ask({ 'Cache-Control': 'no-store' }, (status) => status.includes('fwd='), 'is from the database');
}

function ask(headers, isExpected, name) {
  const answer = http.get(URL + PATH, { headers: { ...AUTHORIZATION, ...headers } });
  check(answer, { [name]: ({ headers }) => isExpected(headers['Cache-Status'] ?? '') });
  const durations = (answer.headers['Server-Timing'] ?? '').matchAll(/dur=([\d.]+)/g);
  serverTime.add([...durations].reduce((sum, [, ms]) => sum + Number(ms), 0));
}
