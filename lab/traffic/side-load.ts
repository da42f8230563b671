import { setMaxListeners } from 'node:events';
import type { App } from '../stack/app-nodes.js';
import { Client, type UseCase } from './client.js';
import { pace } from './pace.js';
import { Queries } from './queries.js';
import { type ScoreAudit, Scores } from './scores.js';
import { type SessionAudit, Sessions } from './sessions.js';
import type { Side } from './side.js';

const USERS_OF_THE_MEASUREMENT = 4;

/** One kind of requests. */
interface Kind {
  readonly useCase: UseCase;
  /** Of all requests. */
  readonly share: number;
  readonly send: (turn: number) => Promise<void>;
  turns: number;
}

export interface SideAudit {
  readonly sessions: SessionAudit;
  readonly scores: ScoreAudit;
}

/** The load of one side: the use cases at constant rates. */
export class SideLoad {
  readonly client: Client;
  readonly queries: Queries;
  readonly sessions: Sessions;
  readonly scores: Scores;
  private readonly stopping = new AbortController();
  private readonly kinds: readonly Kind[];
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    readonly side: Side,
    private readonly app: App,
    readonly useCases: readonly UseCase[],
  ) {
    this.client = new Client(side, app);
    this.queries = new Queries(this.client);
    this.sessions = new Sessions(this.client);
    this.scores = new Scores(this.client);
    const { queries, sessions, scores } = this;
    const { signal } = this.stopping;
    // Each score that is not acknowledged yet waits for it.
    setMaxListeners(0, signal);
    const kind = (useCase: UseCase, share: number, send: Kind['send']): Kind => {
      return { useCase, share, send, turns: 0 };
    };
    const kinds = [
      kind('query', 0.4, (turn) => queries.read(turn)),
      kind('session', 0.2, (turn) => sessions.read(turn)),
      kind('session', 0.1, (turn) => sessions.change(turn)),
      // A password costs 30 ms of processor time.
      kind('session', 0.04, (turn) => sessions.signInOrOut(turn)),
      kind('score', 0.18, (turn) => scores.submit(turn, signal)),
      kind('score', 0.08, () => scores.readTop()),
    ];
    const sent = kinds.filter(({ useCase }) => useCases.includes(useCase));
    const total = sent.reduce((sum, { share }) => sum + share, 0);
    this.kinds = sent.map((one) => ({ ...one, share: one.share / total }));
  }

  async prepare(): Promise<void> {
    const parts = { query: this.queries, session: this.sessions, score: this.scores };
    for (const useCase of this.useCases) await parts[useCase].prepare();
  }

  /**
   * Sends requests for some time, each of a few users the next one after an answer. Resolves with how many were answered per second. They
   * do not count.
   */
  async measure(ms: number): Promise<number> {
    const startedAt = performance.now();
    const user = async (): Promise<void> => {
      while (performance.now() < startedAt + ms) await this.send(this.nextKind());
    };
    await Promise.all(Array.from({ length: USERS_OF_THE_MEASUREMENT }, user));
    const answered = this.client.attempts.splice(0).length;
    return (1000 * answered) / (performance.now() - startedAt);
  }

  start(perSecond: () => number): void {
    const { signal } = this.stopping;
    const pacing = this.kinds.map((kind) =>
      pace(
        () => kind.share * perSecond(),
        signal,
        () => this.send(kind),
      ),
    );
    this.running = Promise.all(pacing);
  }

  /** Resolves when each request is answered or hung. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Compares what was acknowledged with what the app has. */
  async audit(): Promise<SideAudit> {
    const [sessions, scores] = await Promise.all([this.sessions.audit(this.app.urls), this.scores.audit()]);
    return { sessions, scores };
  }

  private send(kind: Kind): Promise<void> {
    return kind.send(kind.turns++);
  }

  /** The kind that is furthest behind its share. */
  private nextKind(): Kind {
    return this.kinds.reduce((one, other) =>
      other.turns / other.share < one.turns / one.share ? other : one,
    );
  }
}
