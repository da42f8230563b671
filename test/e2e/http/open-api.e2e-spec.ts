import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startApp, type TestApp, type TestNode } from '../../support/app.js';
import { GAME_SERVER_KEY, OPERATOR_KEY } from '../../support/settings.js';
import { until } from '../../support/until.js';

interface Schema {
  type?: string;
  example?: unknown;
  default?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  oneOf?: Schema[];
  anyOf?: Schema[];
}
interface Operation {
  summary?: string;
  parameters?: { name: string; in: string; required?: boolean; schema: Schema }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  security?: Record<string, unknown>[];
}
type Named = Operation & { name: string; method: string; path: string };
type Document = { paths: Record<string, Record<string, Operation>> };

/** The rebuild goes on after this answer. */
const WITHOUT_CONTENT = ['POST /api/leaderboards/{board}/rebuild'];
/** `npm start` answers these. */
const OF_LAUNCHER = /\/api\/demo\/(servers|zones|cluster|scores)/;
/** Exist in a demo only. */
const OF_DEMO = /^\/(textbook|api\/demo\/(arena|crowd))/;
/** Pressed after all others, as nobody could sign in any more with the example of a sign-in. */
const LAST = 'PUT /api/accounts/current/password';
/** The writes whose examples the examples of reads need, in this order. */
const BEFORE_READS = [
  'POST /api/sessions',
  'POST /textbook/sessions',
  'PUT /api/leaderboards/{board}',
  'POST /api/leaderboards/{board}/scores',
  'PUT /api/players/{playerId}',
  'POST /textbook/leaderboards/{board}/scores',
  'POST /api/demo/crowd/loads',
];

describe('the OpenAPI document', () => {
  let demo: TestApp;
  let production: TestNode;
  let operations: Named[];
  const cookies = new Map<string, string>();

  beforeAll(async () => {
    demo = await startApp({ settings: { DEMO: 'true' } });
    production = await demo.startNode({ DEMO: 'false' });
    const { paths } = (await (await fetch(`${demo.url}/docs-json`)).json()) as Document;
    operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        path,
      })),
    );
  });
  afterAll(async () => {
    await production.close();
    await demo.close();
  });

  /** Sends the example of an operation. */
  async function press(
    { method, path, parameters = [], requestBody }: Named,
    { url }: { url: string },
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const of = (place: string) => parameters.filter((parameter) => parameter.in === place);
    const handle = path.includes('{handle}') ? await handleOfSession(url, headers) : '';
    const filled = of('path').reduce(
      (text, { name, schema }) => text.replace(`{${name}}`, String(schema.example)),
      path.replace('{handle}', handle),
    );
    const query = of('query')
      .filter(({ required }) => required)
      .map(({ name, schema }) => `${name}=${String(schema.example)}`);
    const [[type, content] = []] = Object.entries(requestBody?.content ?? {});
    const answer = await fetch(`${url}${filled}${query.length > 0 ? `?${query.join('&')}` : ''}`, {
      method,
      headers: { ...headers, ...(type !== undefined && { 'content-type': type }) },
      ...(content && { body: JSON.stringify(exampleOf(content.schema)) }),
    });
    for (const cookie of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = (cookie.split(';')[0] ?? '').split('=');
      cookies.set(name, value);
    }
    return answer;
  }

  /** Only the list of the sessions knows it, so it has no example. */
  async function handleOfSession(url: string, headers: Record<string, string>): Promise<string> {
    const answer = await fetch(`${url}/api/sessions`, { headers });
    const sessions = answer.ok ? ((await answer.json()) as { handle: string }[]) : [];
    return sessions[0]?.handle ?? 'none';
  }

  const credentials = ({ security = [] }: Operation) => ({
    cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
    ...(security.some((scheme) => 'game-server' in scheme) && {
      authorization: `Bearer ${GAME_SERVER_KEY}`,
    }),
    ...(security.some((scheme) => 'operator' in scheme) && { authorization: `Bearer ${OPERATOR_KEY}` }),
  });

  it('has a summary, the schema of each success, and the codes of each error', () => {
    expect(operations.length).toBeGreaterThan(45);
    expect(operations.flatMap(faultsOf)).toEqual([]);
  });

  it('answers the example of every read with 200 and the described body', async () => {
    for (const name of BEFORE_READS) {
      const write = operations.find((operation) => operation.name === name);
      const answer = write && (await press(write, demo, credentials(write)));
      expect([name, answer?.ok, answer?.ok ? '' : await answer?.text()]).toEqual([name, true, '']);
    }
    await until(async () => {
      const state = (await (await fetch(`${demo.url}/api/demo/crowd`)).json()) as { load: { state: string } };
      return state.load.state === 'ended';
    });
    const reads = operations.filter(({ method, name }) => method === 'GET' && !OF_LAUNCHER.test(name));
    expect(reads.length).toBeGreaterThan(20);
    for (const read of reads) {
      const answer = await press(read, demo, credentials(read));
      const text = await answer.text();
      expect([read.name, answer.status, answer.ok ? '' : text]).toEqual([read.name, 200, '']);
      const schema = read.responses['200']?.content?.['application/json']?.schema;
      const faults = schema ? mismatch(schema, JSON.parse(text)) : [];
      expect([read.name, faults]).toEqual([read.name, []]);
    }
  });

  it('answers the example of every other write with success', async () => {
    const signIn = operations.find(({ name }) => name === 'POST /api/sessions');
    // A player is removed before the board, and a season is closed when its scores are no longer needed.
    const rank = ({ name, method, path }: Named) => {
      if (name === LAST) return 3;
      if (method === 'DELETE') return 2 - path.length / 1_000;
      return Number(path.endsWith('/seasons'));
    };
    const writes = operations
      .filter(
        ({ method, name }) => method !== 'GET' && !OF_LAUNCHER.test(name) && !BEFORE_READS.includes(name),
      )
      .toSorted((one, other) => rank(one) - rank(other));
    expect(writes.length).toBeGreaterThan(15);
    const failures: string[] = [];
    for (const write of writes) {
      // One of the writes before may have ended the session.
      if (signIn) await press(signIn, demo);
      const answer = await press(write, demo, credentials(write));
      if (!answer.ok) failures.push(`${write.name}: ${answer.status} ${await answer.text()}`);
    }
    expect(failures).toEqual([]);
  });

  it('names the authentication exactly where a request without one is refused', async () => {
    const unlike: string[] = [];
    // Operators need no key in a demo, but a loopback host, which 0.0.0.0 is not.
    const foreign = { url: demo.url.replace('127.0.0.1', '0.0.0.0') };
    for (const operation of operations) {
      const answer = await press(operation, OF_DEMO.test(operation.path) ? foreign : production);
      const { code = '' } = (await answer.json().catch(() => ({}))) as { code?: string };
      const isRefused = ['E_KEY_REQUIRED', 'E_HOST_UNKNOWN', 'E_NO_SESSION'].includes(code);
      if (isRefused !== Boolean(operation.security))
        unlike.push(`${operation.name}: ${answer.status} ${code}`);
      if (!answer.ok && !codesOf(operation, answer.status).includes(code))
        unlike.push(`${operation.name}: ${answer.status} ${code} is not described`);
    }
    expect(unlike).toEqual([]);
  });
});

function faultsOf(operation: Named): string[] {
  const { name, summary = '', responses, parameters = [] } = operation;
  const statuses = Object.keys(responses);
  const successes = statuses.filter((status) => status.startsWith('2'));
  const hasSchema = (status: string) =>
    status === '204' || WITHOUT_CONTENT.includes(name) || responses[status]?.content !== undefined;
  const withoutExample = parameters.filter(
    (parameter) =>
      parameter.required && parameter.schema.example === undefined && parameter.name !== 'handle',
  );
  return [
    ...(summary === '' ? ['no summary'] : []),
    ...(successes.length > 0 && successes.every(hasSchema) ? [] : ['no schema of its success']),
    ...statuses
      .filter((status) => Number(status) >= 400 && name !== 'GET /health/ready')
      .filter((status) => codesOf(operation, Number(status)).length === 0)
      .map((status) => `no codes of ${status}`),
    ...withoutExample.map((parameter) => `no example of ${parameter.name}`),
  ].map((fault) => `${name}: ${fault}`);
}

function codesOf({ responses }: Operation, status: number): string[] {
  const schema = responses[status]?.content?.['application/problem+json']?.schema;
  const { code } = (schema?.properties ?? {}) as { code?: { enum: string[] } };
  return code?.enum ?? [];
}

/** As Swagger UI fills in a body. */
function exampleOf({
  type,
  example,
  default: value,
  enum: values,
  properties,
  oneOf,
  anyOf,
}: Schema): unknown {
  if (example !== undefined) return example;
  if (value !== undefined) return value;
  if (values) return values[0];
  const [first] = oneOf ?? anyOf ?? [];
  if (first) return exampleOf(first);
  if (type === 'string') return 'string';
  if (type === 'integer') return 0;
  const entries = Object.entries(properties ?? {}).map(([name, schema]) => [name, exampleOf(schema)]);
  return Object.fromEntries(entries);
}

function mismatch(schema: Schema, body: unknown): string[] {
  const { error } = z
    .fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0], { defaultTarget: 'openapi-3.0' })
    .safeParse(body);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}
