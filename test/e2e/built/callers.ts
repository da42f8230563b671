import { Agent, request, type RequestOptions } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** Options of `http.request`, and a function that creates a new JSON body for each call. */
export interface Call extends RequestOptions {
  path: string;
  headers?: Record<string, string>;
  body?: () => object;
}

/** The status code. `refused`: no connection. `broken`: no complete response, with the reason. */
export type Outcome = `${number}` | 'refused' | `broken: ${string}`;

/** The outcome of one call. Times as of `performance.now()`. */
export interface Answered {
  path: string;
  outcome: Outcome;
  beganAt: number;
  ms: number;
}

/** Concurrent callers. Each sends calls one after the other over one connection, until it is refused or stopped. */
export class Callers {
  readonly outcomes: Answered[] = [];
  private readonly calling: Promise<unknown>;
  private isStopped = false;

  constructor(
    private readonly url: string,
    private readonly calls: readonly Call[],
    private readonly pauseMs = 0,
  ) {
    this.calling = Promise.all(calls.map((_call, i) => this.callOn(i)));
  }

  /** Resolves when every caller has its last answer. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.calling;
  }

  /** Resolves when every caller was refused. */
  async refused(): Promise<void> {
    await this.calling;
  }

  /** Every caller loops over all calls and starts with a different one. */
  private async callOn(first: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = first; !this.isStopped; turn++) {
      const call = this.calls[turn % this.calls.length] as Call;
      const beganAt = performance.now();
      const outcome = await send(this.url, call, agent);
      this.outcomes.push({ path: call.path, outcome, beganAt, ms: performance.now() - beganAt });
      if (outcome === 'refused') break;
      if (this.pauseMs > 0) await delay(this.pauseMs);
    }
    agent.destroy();
  }
}

function send(url: string, { body, headers, ...options }: Call, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const json = { 'Content-Type': 'application/json', ...headers };
    const sent = request(url, { agent, ...options, headers: body ? json : headers }, (response) => {
      response.resume();
      // `close` also follows an incomplete response.
      response.on('close', () =>
        resolve(response.complete ? `${response.statusCode ?? 0}` : 'broken: cut off'),
      );
      response.on('error', () => undefined);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : `broken: ${error.code ?? error.message}`);
    });
    sent.end(body && JSON.stringify(body()));
  });
}
