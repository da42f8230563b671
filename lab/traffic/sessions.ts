import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Answer, Client } from './client.js';

/** One session, as its user knows it. */
interface Visit {
  readonly username: string;
  readonly cookie: string;
  /** `leaving`: its sign-out was sent and not acknowledged, so it may be in or out. `lost`: its sign-out was answered 401. */
  state: 'in' | 'leaving' | 'out' | 'lost';
  readonly signedInAt: number;
  signedOutAt: number;
  /** The newest change that was acknowledged. */
  change: number;
  changedAt: number;
  isChanging: boolean;
  /** Requests that are not answered yet. The user signs out only without any, as a 401 would be right afterwards. */
  requests: number;
}

interface Account {
  readonly username: string;
  readonly password: string;
}

/** What the sessions were worth at the end. */
export interface SessionAudit {
  readonly signedIn: number;
  /** Signed in, and unknown to a node at the end. */
  readonly lost: number;
  /** Signed out, and still alive on a node at the end. */
  readonly alive: number;
  readonly lostChanges: number;
  /** When what was lost had been acknowledged, as of `performance.now()`. */
  readonly lostAt: readonly number[];
}

/** Sessions that stay for the whole run. The others sign in and out. */
const STAYING = 8;
const READABLE_WITHIN_MS = 5_000;
const RETRY_MS = 200;

/** Users who sign in, read and change their session, and sign out. */
export class Sessions {
  /** How often a signed-in user, or a sign-in with the right password, was answered 401. */
  anonymous = 0;
  /** Sessions of somebody else. */
  foreign = 0;
  private readonly accounts: Account[] = [];
  private readonly visits: Visit[] = [];

  constructor(private readonly client: Client) {}

  async prepare(): Promise<void> {
    for (let i = 0; i < STAYING; i++) {
      const account = { username: `lab-${randomUUID().slice(0, 8)}`, password: randomUUID() };
      if (this.client.side.name === 'module')
        await this.client.ask({ method: 'POST', path: '/accounts', body: account });
      this.accounts.push(account);
      const answer = await this.client.askUntilServed({ method: 'POST', path: '/sessions', body: account });
      if (!this.enter(account, answer)) {
        throw new Error(`POST ${this.client.side.root}/sessions answered ${answer.status} before the fault.`);
      }
    }
  }

  async read(turn: number): Promise<void> {
    const visit = this.pick(turn);
    const { cookie } = visit;
    visit.requests += 1;
    const answer = await this.client.send('session', { path: '/sessions/current', cookie });
    visit.requests -= 1;
    if (answer.status === 401) this.anonymous += 1;
    this.check(visit, answer);
  }

  async change(turn: number): Promise<void> {
    const visit = this.pick(turn);
    if (visit.isChanging) return;
    visit.isChanging = true;
    visit.requests += 1;
    const { cookie } = visit;
    const answer = await this.client.send('session', {
      method: 'PATCH',
      path: '/sessions/current/data',
      cookie,
      body: { turn },
    });
    visit.requests -= 1;
    // A change without an answer may still be made, after a later one. So this session gets no further changes.
    visit.isChanging = answer.status === 0;
    if (answer.status === 200) Object.assign(visit, { change: turn, changedAt: performance.now() });
    // A change by a visitor who is not signed in starts a new session, that of a guest.
    const isGuest = answer.status === 200 && answer.cookie !== '' && answer.cookie !== cookie;
    if (isGuest || answer.status === 401) this.anonymous += 1;
  }

  /** One signs in, the one who came longest ago signs out. */
  async signInOrOut(turn: number): Promise<void> {
    if (turn % 2 === 0) {
      const account = this.accounts[(turn / 2) % this.accounts.length] as Account;
      const signIn = { method: 'POST', path: '/sessions', body: account } as const;
      const answer = await this.client.send('session', signIn);
      if (answer.status === 401) this.anonymous += 1;
      this.check(account, answer);
      this.enter(account, answer);
      return;
    }
    const visit = this.visits.slice(STAYING).find(({ state, requests }) => state === 'in' && requests === 0);
    if (!visit) return;
    visit.state = 'leaving';
    const { cookie } = visit;
    const answer = await this.client.send('session', { method: 'DELETE', path: '/sessions/current', cookie });
    if (answer.status === 204) Object.assign(visit, { state: 'out', signedOutAt: performance.now() });
    if (answer.status !== 401) return;
    this.anonymous += 1;
    visit.state = 'lost';
  }

  /** Reads each session from each node. */
  async audit(nodes: readonly string[]): Promise<SessionAudit> {
    const visits = this.visits.filter(({ state }) => state !== 'leaving');
    const audits = await Promise.all(
      visits.map(async (visit) => {
        const answers = await Promise.all(nodes.map((node) => this.readable(visit, node)));
        return { visit, answers };
      }),
    );
    for (const { visit, answers } of audits) for (const answer of answers) this.check(visit, answer);
    const isAlive = ({ status }: Answer) => status === 200;
    const staying = audits.filter(({ visit }) => visit.state !== 'out');
    const lost = staying.filter(({ answers }) => !answers.every(isAlive));
    const alive = audits.filter(({ visit, answers }) => visit.state === 'out' && answers.some(isAlive));
    const changed = staying.filter(({ visit, answers }) =>
      answers.some((answer) => changeOf(answer) < visit.change),
    );
    return {
      signedIn: staying.length,
      lost: lost.length,
      alive: alive.length,
      lostChanges: changed.length,
      lostAt: [
        ...lost.map(({ visit }) => visit.signedInAt),
        ...alive.map(({ visit }) => visit.signedOutAt),
        ...changed.map(({ visit }) => visit.changedAt),
      ],
    };
  }

  /** How many sessions a node still accepts after their sign-out. */
  async aliveOn(node: string): Promise<number> {
    const visits = this.visits.filter(({ state }) => state === 'out');
    const answers = await Promise.all(visits.map((visit) => this.readable(visit, node)));
    return answers.filter(({ status }) => status === 200).length;
  }

  private pick(turn: number): Visit {
    const known = this.visits.filter(({ state }) => state === 'in');
    return known[turn % known.length] as Visit;
  }

  private enter({ username }: Account, { status, cookie }: Answer): boolean {
    if (status !== 201) return false;
    const times = { signedInAt: performance.now(), signedOutAt: 0, changedAt: 0 };
    this.visits.push({ username, cookie, state: 'in', change: 0, isChanging: false, requests: 0, ...times });
    return true;
  }

  private check({ username }: Account | Visit, { status, body }: Answer): void {
    const isSession = status === 200 || status === 201;
    if (isSession && (body as { username: string }).username !== username) this.foreign += 1;
  }

  /** Repeats a read that neither finds the session nor says that there is none. */
  private async readable(visit: Visit, node: string): Promise<Answer> {
    const deadline = performance.now() + READABLE_WITHIN_MS;
    for (;;) {
      const answer = await this.client.ask({ path: '/sessions/current', cookie: visit.cookie, node });
      const isFinal = answer.status === 200 || answer.status === 401;
      if (isFinal || performance.now() > deadline) return answer;
      await wait(RETRY_MS);
    }
  }
}

/** Infinity for a session that is lost, which is counted as such. */
function changeOf({ status, body }: Answer): number {
  if (status !== 200) return Infinity;
  return (body as { data: { turn?: number } }).data.turn ?? 0;
}
