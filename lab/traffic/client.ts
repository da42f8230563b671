import type { AppNodes } from '../stack/app-nodes.js';
import type { Side } from './side.js';

export type UseCase = 'query' | 'session' | 'score';
/** `hung`: no answer within the limit. */
export type Outcome = 'ok' | 'failed' | 'hung';

/** One request of the load. */
export interface Attempt {
  readonly useCase: UseCase;
  /** As of `performance.now()`. */
  readonly startedAt: number;
  readonly ms: number;
  readonly outcome: Outcome;
  /** 0: no answer. */
  readonly status: number;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the root of the side, for example `/sessions/current`. */
  readonly path: string;
  readonly cookie?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A node to send it to. Default: each in turn. */
  readonly node?: string;
}

export interface Answer {
  /** 0: no answer. */
  readonly status: number;
  readonly body: unknown;
  /** The header `Cookie` for the next request. Empty: none was set. */
  readonly cookie: string;
  /** Empty: no answer. */
  readonly headers: Headers;
}

/** A request without an answer after this time counts as hung. */
const HUNG_AFTER_MS = 3_000;
const NOTHING: Answer = { status: 0, body: null, cookie: '', headers: new Headers() };

/** Sends requests to one side, to each app node in turn, and never repeats one by itself. */
export class Client {
  readonly attempts: Attempt[] = [];
  private turn = 0;

  constructor(
    readonly side: Side,
    private readonly app: AppNodes,
  ) {}

  /** Sends a request that counts. Never rejects. */
  async send(useCase: UseCase, request: Request): Promise<Answer> {
    const startedAt = performance.now();
    const { answer, isHung } = await this.exchange(request);
    const isOk = answer.status >= 200 && answer.status < 300;
    const outcome = isOk ? 'ok' : isHung ? 'hung' : 'failed';
    const { status } = answer;
    this.attempts.push({ useCase, startedAt, ms: performance.now() - startedAt, outcome, status });
    return answer;
  }

  /** Sends a request that does not count, before and after the load. */
  async ask(request: Request): Promise<Answer> {
    return (await this.exchange(request)).answer;
  }

  private async exchange({ method = 'GET', path, cookie, body, headers, node }: Request) {
    const { urls } = this.app;
    const url = node ?? urls[this.turn++ % urls.length] ?? '';
    const signal = AbortSignal.timeout(HUNG_AFTER_MS);
    try {
      const response = await fetch(url + this.side.root + path, {
        method,
        headers: {
          ...this.app.gameServer,
          ...headers,
          ...(cookie && { cookie }),
          ...(body && { 'content-type': 'application/json' }),
        },
        ...(body && { body: JSON.stringify(body) }),
        signal,
      });
      const text = await response.text();
      const answer = {
        status: response.status,
        body: parse(text),
        cookie: cookieOf(response),
        headers: response.headers,
      };
      return { answer, isHung: false };
    } catch {
      return { answer: NOTHING, isHung: signal.aborted };
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function cookieOf({ headers }: Response): string {
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}
