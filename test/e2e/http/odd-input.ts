import fc from 'fast-check';

/** A request as a client may send it. */
export interface OddRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string | undefined;
}

/** A route of the OpenAPI document. */
export interface Operation {
  method: string;
  path: string;
  query: string[];
}

/** Values that broke something once, beside whatever fast-check makes. */
const odd = fc.constantFrom(
  '',
  ' ',
  '.',
  '..',
  '%00',
  '%zz',
  '%',
  '%E0%A4%A',
  '%2F',
  'null',
  'true',
  '-1',
  '0',
  '1e400',
  '9'.repeat(400),
  '1.5',
  'NaN',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  '\u0000',
  '\ud800',
  '💥',
  'x'.repeat(2000),
  '0000-01-01T00:00:00',
  '2001-01-01T00:00:00.' + '9'.repeat(1000),
  "';--",
  'all',
  'arena',
  'JFK',
  '${jndi:x}',
);
export const text = fc.oneof(odd, fc.string({ unit: 'binary', maxLength: 40 }));
const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
const FIELDS = [
  'username',
  'password',
  'device',
  'remember',
  'current',
  'next',
  'date',
  'delay',
  'distance',
  'origin',
  'destination',
  'tag',
  'query',
  'args',
  'all',
  'board',
  'order',
  'operator',
  'ties',
  'windows',
  'min',
  'max',
  'submissionId',
  'playerId',
  'playerIds',
  'score',
  'name',
  'country',
  'season',
  'theme',
  '__proto__',
];
export const value: fc.Arbitrary<unknown> = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.constantFrom(null, true, false, [], {}, 2 ** 53, -1),
  fc.jsonValue({ maxDepth: 3 }),
);
const object = fc.dictionary(fc.constantFrom(...FIELDS), value, { maxKeys: 8 });
/** Bodies that are accepted, by the end of the route's path; one field of them is then made odd, or left out. */
const ACCEPTED: [path: RegExp, body: Record<string, unknown>][] = [
  [/accounts$/, { username: 'somebody', password: 'a passphrase for tests' }],
  [/sessions$/, { username: 'somebody', password: 'a passphrase for tests', device: 'x' }],
  [/password$/, { current: 'a passphrase for tests', next: 'another passphrase' }],
  [/data$/, { theme: 'dark', prefs: { lang: 'de' } }],
  [/flights$/, { date: '2001-01-01T10:00:00', delay: 1, distance: 100, origin: 'JFK', destination: 'LAX' }],
  [/invalidations$/, { tag: 'airport:JFK' }],
  [/invalidations$/, { query: 'flights.flight', args: { id: 1 } }],
  [/scores$/, { submissionId: 'x', playerId: 'ada', score: 1 }],
  [/ranks$/, { playerIds: ['ada'] }],
  [/arena$/, { scoresPerSecond: 5 }],
  [/loads$/, { players: 1_000 }],
  [/players\/\{\w+\}$/, { name: 'Ada', country: 'GB' }],
  [
    /leaderboards\/\{\w+\}$/,
    { order: 'desc', operator: 'best', ties: 'first', windows: ['all'], min: 0, max: 100 },
  ],
];

const oddBody = fc.oneof(
  fc.constant(undefined),
  object.map((one) => JSON.stringify(one)),
  fc.array(object, { maxLength: 4 }).map((many) => JSON.stringify(many)),
  fc.json(),
  text,
  fc.constantFrom(
    deep(2000),
    `{"tag":${deep(2000)}}`,
    `{"query":"flights.flight","args":${deep(2000)}}`,
    `{"a":${deep(5000)}}`,
    '{"score":1e400}',
    '{"a":',
    '"\\ud800"',
  ),
);

function bodiesFor({ method, path }: Operation): fc.Arbitrary<string | undefined> {
  const accepted = ACCEPTED.filter(([end]) => end.test(path)).map(([, body]) => body);
  const none = fc.constant(undefined);
  if (method === 'GET' || method === 'DELETE') return fc.oneof({ weight: 9, arbitrary: none }, oddBody);
  if (accepted.length === 0) return oddBody;
  const changed = fc
    .constantFrom(...accepted)
    .chain((body) => fc.tuple(fc.constant(body), fc.constantFrom('', ...Object.keys(body)), value))
    .map(([body, field, odd]) => JSON.stringify(field ? { ...body, [field]: odd } : body));
  return fc.oneof({ weight: 3, arbitrary: changed }, oddBody);
}

const printable = fc.string({ unit: fc.constantFrom(...'azAZ09 .,;=/"*-_'.split('')), maxLength: 60 });
const oddHeaders = fc.record({
  'content-type': fc.constantFrom(
    'application/json',
    'application/merge-patch+json',
    'text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=x',
    'x',
  ),
  'content-encoding': fc.constantFrom('gzip', 'br', 'deflate', 'x'),
  'accept-encoding': printable,
  accept: printable,
  'cache-control': fc.constantFrom('no-cache', 'no-store', 'max-age=x', ',,,'),
  'if-none-match': fc.constantFrom('*', '"x"', 'W/"', ',,'),
  cookie: fc.oneof(
    fc.constantFrom(
      'sid=',
      'sid=s%3A',
      'sid=s:x.y',
      'sid=%',
      'sid=s%3Ax.y; sid=z',
      '__Host-sid=x',
      'sid=j:{"a":1}',
    ),
    printable,
  ),
  authorization: fc.constantFrom('Bearer', 'Bearer x', 'Basic eA==', 'Bearer x y', ''),
  'x-forwarded-for': fc.oneof(fc.constantFrom('::1', 'x', '1.2.3.4, 5', ''), printable),
  'x-forwarded-proto': printable,
  'x-http-method-override': fc.constantFrom('DELETE', 'x'),
  host: fc.constantFrom('x', 'evil.example:1', '[::1]', 'a b', '@', ''),
  origin: fc.constantFrom('null', 'x', 'http://[', ''),
  traceparent: printable,
  range: fc.constantFrom('bytes=0-', 'x'),
  'user-agent': fc.oneof(fc.constant('x'.repeat(4000)), printable),
});
/** Mostly none or one: each may be reason enough to refuse the request early. */
const headers = oddHeaders.chain((all) =>
  fc
    .oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.subarray(Object.entries(all), { maxLength: 2 }))
    .map((some): Record<string, string> => Object.fromEntries(some)),
);

/** Requests to one of the routes, most with its own method, some with one of these keys. */
export function oddRequests(
  operations: Operation[],
  keys: Record<string, string>[],
): fc.Arbitrary<OddRequest> {
  const otherMethod = fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE', 'TRACE', 'PURGE');
  return fc.constantFrom(...operations).chain((operation) =>
    fc.record({
      method: fc.oneof(
        { weight: 9, arbitrary: fc.constant(operation.method) },
        { weight: 1, arbitrary: otherMethod },
      ),
      path: pathsOf(operation),
      headers: fc
        .tuple(headers, fc.constantFrom({}, ...keys))
        .map(([some, key]) => ({ 'content-type': 'application/json', ...some, ...key })),
      body: bodiesFor(operation),
    }),
  );
}

/** The route's path with odd parameters, percent-encoded or as they are, where Node.js would send them. */
function pathsOf({ path, query }: Operation): fc.Arbitrary<string> {
  const parameter = fc
    .oneof(fc.constantFrom('arena', 'JFK', '1', 'ada'), text)
    .map((one) => (/^[!-~]+$/.test(one) ? one.replace(/[/?#]/g, encodeURIComponent) : encode(one)));
  const pair = fc
    .tuple(fc.constantFrom('limit', 'offset', 'x', ...query), text)
    .map(([name, one]) => `${name}=${encode(one)}`);
  return fc
    .tuple(fc.array(parameter, { minLength: 4, maxLength: 4 }), fc.array(pair, { maxLength: 3 }))
    .map(([values, pairs]) => {
      let next = 0;
      const filled = path.replace(/\{\w+\}/g, () => values[next++] ?? 'x');
      return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled;
    });
}

/** `encodeURIComponent` throws on a lone surrogate. */
function encode(one: string): string {
  return encodeURIComponent(one.replace(/[\ud800-\udfff]/gu, '\ufffd'));
}
