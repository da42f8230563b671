import { setMaxListeners } from 'node:events';
import type { AppNodes } from '../stack/app-nodes.js';
import { Client } from './client.js';
import { pace } from './pace.js';
import { Queries } from './queries.js';
import { type ScoreAudit, Scores } from './scores.js';
import { type SessionAudit, Sessions } from './sessions.js';
import type { Side } from './side.js';

/** Shares of the requests. A password costs 30 ms of processor time, so few sign in. */
const SHARES = {
  queries: 0.4,
  sessionReads: 0.2,
  changes: 0.1,
  signInsAndOuts: 0.04,
  scores: 0.18,
  boards: 0.08,
};

export interface SideAudit {
  readonly sessions: SessionAudit;
  readonly scores: ScoreAudit;
}

/** The load of one side: all three use cases at constant rates. */
export class SideLoad {
  readonly client: Client;
  readonly queries: Queries;
  readonly sessions: Sessions;
  private readonly scores: Scores;
  private readonly stopping = new AbortController();
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    readonly side: Side,
    private readonly app: AppNodes,
  ) {
    this.client = new Client(side, app);
    this.queries = new Queries(this.client);
    this.sessions = new Sessions(this.client);
    this.scores = new Scores(this.client);
  }

  async prepare(): Promise<void> {
    await this.queries.prepare();
    await this.sessions.prepare();
    await this.scores.prepare();
  }

  start(perSecond: number): void {
    const { signal } = this.stopping;
    // Each score that is not acknowledged yet waits for it.
    setMaxListeners(0, signal);
    const { queries, sessions, scores } = this;
    const at = (share: number, work: (turn: number) => Promise<void>) =>
      pace(share * perSecond, signal, work);
    this.running = Promise.all([
      at(SHARES.queries, (turn) => queries.read(turn)),
      at(SHARES.sessionReads, (turn) => sessions.read(turn)),
      at(SHARES.changes, (turn) => sessions.change(turn)),
      at(SHARES.signInsAndOuts, (turn) => sessions.signInOrOut(turn)),
      at(SHARES.scores, (turn) => scores.submit(turn, signal)),
      at(SHARES.boards, () => scores.readTop()),
    ]);
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
}
