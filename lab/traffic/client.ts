import { setTimeout as wait } from 'node:timers/promises';
import type { App } from '../stack/app-nodes.js';
import { type Place, placeIn } from './place.js';
import type { Side } from './side.js';

export const USE_CASES = ['query', 'session', 'score'] as const;
export type UseCase = (typeof USE_CASES)[number];
/**
 * `hung`: no answer within the limit. `disturbed`: no answer, or 503, while the machine stood still, which proves nothing: see `Control`.
 */
export type Outcome = 'ok' | 'failed' | 'hung' | 'disturbed';

/** One request of the load. */
export interface Attempt {
  readonly useCase: UseCase;
  /** As of `performance.now()`. */
  readonly startedAt: number;
  readonly ms: number;
  readonly outcome: Outcome;
  /** 0: no answer. */
  readonly status: number;
  /** Of answers of the module's query cache. */
  readonly place?: Place | undefined;
}

export interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After the root of the side, for example `/sessions/current`. */
  readonly path: string;
  readonly cookie?: string;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** A node to send it to. Default: a random one. */
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

/** A request without an answer after this time counts as hung, by the clock of the lab: see `Control`. */
const HUNG_AFTER_MS = 3_000;
const SERVED_WITHIN_MS = 20_000;
const REPEAT_MS = 250;
const NOTHING: Answer = { status: 0, body: null, cookie: '', headers: new Headers() };

/** Sends requests to one side, each to a random app node, and never repeats one that counts. */
export class Client {
  readonly attempts: Attempt[] = [];

  constructor(
    readonly side: Side,
    private readonly app: App,
  ) {}

  /** Sends a request that counts. Never rejects. */
  async send(useCase: UseCase, request: Request): Promise<Answer> {
    const startedAt = performance.now();
    const { answer, isHung } = await this.exchange(request);
    const isOk = answer.status >= 200 && answer.status < 300;
    const ms = performance.now() - startedAt;
    const isLate = answer.status === 0 || answer.status === 503;
    const isDisturbed = isLate && this.app.control.elapsed(startedAt, startedAt + ms) < ms;
    const failure = isHung ? 'hung' : isDisturbed ? 'disturbed' : 'failed';
    this.attempts.push({
      useCase,
      startedAt,
      ms,
      outcome: isOk ? 'ok' : failure,
      status: answer.status,
      place: placeIn(answer.headers.get('cache-status')),
    });
    return answer;
  }

  /** Sends a request that does not count, before and after the load. */
  async ask(request: Request): Promise<Answer> {
    return (await this.exchange(request)).answer;
  }

  /** As `ask`, repeated for some seconds while the answer is 503: on a busy machine a replica can be late to confirm. */
  async askUntilServed(request: Request): Promise<Answer> {
    const deadline = performance.now() + SERVED_WITHIN_MS;
    for (;;) {
      const answer = await this.ask(request);
      if (answer.status !== 503 || performance.now() > deadline) return answer;
      await wait(REPEAT_MS);
    }
  }

  /** As `ask`. @throws if the status is not 2xx, or if there is no answer */
  async requireOk(request: Request): Promise<Answer> {
    const answer = await this.ask(request);
    if (answer.status >= 200 && answer.status < 300) return answer;
    const { method = 'GET', path } = request;
    throw new Error(`The ${this.side.name} side answered ${method} ${path} with ${answer.status}.`);
  }

  private async exchange({ method = 'GET', path, cookie, body, headers, node }: Request) {
    const { urls } = this.app;
    // In turn, requests at constant rates would always meet the same node: all sign-ins one, all sign-outs the other.
    const url = node ?? urls[Math.floor(Math.random() * urls.length)] ?? '';
    const timeout = this.app.control.timeout(HUNG_AFTER_MS);
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
        signal: timeout.signal,
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
      return { answer: NOTHING, isHung: timeout.signal.aborted };
    } finally {
      timeout.end();
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
