/** An error as the server tells it (RFC 9457), or as the page has to when nothing answered. */
export interface Problem {
  /** 0 when no answer came at all. */
  status: number;
  code: string | null;
  detail: string;
  retryAfterSeconds: number | null;
}

export type Answer<T> =
  { ok: true; body: T; headers: Headers; elapsedMs: number } | { ok: false; body: unknown; problem: Problem };

/** Asks the server and never throws: what went wrong is a value, so every caller has to show it. */
export async function request<T>(path: string, init: RequestInit = {}): Promise<Answer<T>> {
  const startedAt = performance.now();
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(path, init);
    body = parseJson(await response.text());
  } catch {
    return { ok: false, body: null, problem: unreachable };
  }
  const elapsedMs = performance.now() - startedAt;
  if (response.ok) return { ok: true, body: body as T, headers: response.headers, elapsedMs };
  return { ok: false, body, problem: readProblem(response, body) };
}

export function postJson(body: unknown): RequestInit {
  return {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  };
}

const unreachable: Problem = {
  status: 0,
  code: null,
  detail: 'The server does not answer. Is it running?',
  retryAfterSeconds: null,
};

function readProblem(response: Response, body: unknown): Problem {
  const told = (typeof body === 'object' && body !== null ? body : {}) as Partial<Problem>;
  // parseInt, because Retry-After may also be a date; the page then falls back to its own rhythm.
  const retryAfter = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return {
    status: response.status,
    code: told.code ?? null,
    detail: told.detail ?? `The server answered ${response.status} without saying why.`,
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
