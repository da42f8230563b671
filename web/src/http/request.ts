import { signal } from '@preact/signals';

/** An error from the server (RFC 9457), or the page's own when the server did not answer. */
export interface Problem {
  /** 0 when the server did not answer. */
  status: number;
  code: string | null;
  detail: string;
  /** The fields of the request that the server refuses. `detail` has them too. */
  errors: { field: string; message: string }[];
  retryAfterSeconds: number | null;
}

export type Answer<T> =
  { ok: true; body: T; headers: Headers; elapsedMs: number } | { ok: false; body: unknown; problem: Problem };

/** The address of the node that answered last; null where the application does not name it. */
export const answeredBy = signal<string | null>(null);

/** Sends a request and never throws. An error is part of the result, so every caller has to handle it. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const startedAt = performance.now();
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, init);
    answeredBy.value = response.headers.get('X-Served-By');
    body = parseJson(await response.text());
  } catch {
    return { ok: false, body: null, problem: unreachable };
  }
  const elapsedMs = performance.now() - startedAt;
  if (response.ok) return { ok: true, body: body as T, headers: response.headers, elapsedMs };
  return { ok: false, body, problem: readProblem(response, body) };
}

/** Options of a request with a JSON body. */
export function postJson(body: unknown, method: 'POST' | 'PUT' = 'POST'): RequestInit {
  return {
    method,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

const unreachable: Problem = {
  status: 0,
  code: null,
  detail: 'The server does not answer. Is it running?',
  errors: [],
  retryAfterSeconds: null,
};

function readProblem(response: Response, body: unknown): Problem {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  // Retry-After may also be a date. The result is then null, and the page uses its own interval.
  const retryAfter = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return {
    status: response.status,
    code: problem.code ?? null,
    detail: problem.detail ?? `The server answered ${response.status} without a reason.`,
    errors: problem.errors ?? [],
    retryAfterSeconds: Number.isNaN(retryAfter) ? null : retryAfter,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
