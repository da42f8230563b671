import { Agent, request, type RequestOptions } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** A question, as `http.request` takes it, with a body that goes as JSON; made anew each time. */
export interface Question extends RequestOptions {
  path: string;
  headers?: Record<string, string>;
  body?: () => object;
}

/** A status; `refused`: the connection was, so nobody was asked; `broken`: no whole answer came, and how. */
export type Outcome = `${number}` | 'refused' | `broken: ${string}`;

/** What came of one question. Times as of `performance.now()`. */
export interface Answered {
  path: string;
  outcome: Outcome;
  beganAt: number;
  ms: number;
}

/** One question after the other over one connection each, until they are refused or told to stop. */
export class Callers {
  readonly outcomes: Answered[] = [];
  private readonly asking: Promise<unknown>;
  private isStopped = false;

  constructor(
    private readonly url: string,
    private readonly questions: readonly Question[],
    private readonly pauseMs = 0,
  ) {
    this.asking = Promise.all(questions.map((_question, i) => this.callOn(i)));
  }

  /** Resolves when each has its last answer. */
  async stop(): Promise<void> {
    this.isStopped = true;
    await this.asking;
  }

  /** Resolves when each was refused. */
  async refused(): Promise<void> {
    await this.asking;
  }

  /** Each caller asks the next question each time, and begins with another. */
  private async callOn(first: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = first; !this.isStopped; turn++) {
      const question = this.questions[turn % this.questions.length] as Question;
      const beganAt = performance.now();
      const outcome = await ask(this.url, question, agent);
      this.outcomes.push({ path: question.path, outcome, beganAt, ms: performance.now() - beganAt });
      if (outcome === 'refused') break;
      if (this.pauseMs > 0) await delay(this.pauseMs);
    }
    agent.destroy();
  }
}

function ask(url: string, { body, headers, ...options }: Question, agent: Agent): Promise<Outcome> {
  return new Promise((resolve) => {
    const json = { 'Content-Type': 'application/json', ...headers };
    const sent = request(url, { agent, ...options, headers: body ? json : headers }, (response) => {
      response.resume();
      // Comes after the end of a whole answer, and without one of an answer that was cut off.
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
