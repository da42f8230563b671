import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import request from 'supertest';
import { asGameServer } from '../settings.js';
import type { TestNode } from '../app.js';

const EVERY_MS = 5;
/** On a busy machine requests are left out instead of piling up. */
const MAX_PENDING = 20;

export interface Answer {
  kind: 'session' | 'flight' | 'board' | 'score';
  /** 0: no answer. */
  status: number;
  ms: number;
}

interface Score {
  playerId: string;
  score: number;
}

/**
 * Sends 200 requests a second to a node, in turn: a session is read, a cached query, a page of a board, and scores are submitted.
 * All of them use the engine.
 */
export class RequestLoad {
  readonly answers: Answer[] = [];
  /** The best score of each player that was accepted, also while the engine was down. */
  readonly best = new Map<string, number>();
  private readonly pending = new Set<Promise<unknown>>();
  private readonly stopped = new AbortController();
  private isHeld = false;
  private running: Promise<void> | undefined;

  private constructor(
    private readonly node: TestNode,
    private readonly cookie: string,
    readonly board: string,
  ) {}

  static async on(node: TestNode): Promise<RequestLoad> {
    const account = { username: `load-${randomUUID().slice(0, 8)}`, password: 'a passphrase for tests' };
    await request(node.url).post('/api/accounts').send(account).expect(201);
    const { headers } = await request(node.url).post('/api/sessions').send(account).expect(201);
    const [cookie = ''] = headers['set-cookie'] ?? [];
    const board = `load-${randomUUID().slice(0, 8)}`;
    await request(node.url).put(`/api/leaderboards/${board}`).set(asGameServer).send({}).expect(200);
    const load = new RequestLoad(node, cookie.replace(/;.*$/, ''), board);
    // Connections, compiled code and caches are ready before the first request counts.
    for (let round = 0; round < 20; round++) await Promise.all(load.kinds().map(([, send]) => send()));
    return load;
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves with the answers once all requests are answered. */
  async stop(): Promise<Answer[]> {
    this.stopped.abort();
    await this.running;
    await Promise.all(this.pending);
    return this.answers;
  }

  get failures(): Answer[] {
    return this.answers.filter(({ status }) => status !== 200);
  }

  /** Resolves after so many more requests were answered. */
  async more(count: number): Promise<void> {
    const enough = this.answers.length + count;
    while (this.answers.length < enough) await wait(EVERY_MS);
  }

  /** Runs the action at a moment without a request, so that no call can be written and unanswered. */
  async betweenRequests(action: () => Promise<unknown>): Promise<void> {
    this.isHeld = true;
    await Promise.all(this.pending);
    try {
      await action();
    } finally {
      this.isHeld = false;
    }
  }

  private async run(): Promise<void> {
    const kinds = this.kinds();
    const startedAt = performance.now();
    for (let turn = 0; !this.stopped.signal.aborted; await wait(1)) {
      const due = Math.floor((performance.now() - startedAt) / EVERY_MS);
      for (; turn < due; turn++) {
        if (!this.isHeld && this.pending.size < MAX_PENDING) this.send(kinds[turn % kinds.length]);
      }
    }
  }

  private send(kind: Kind | undefined): void {
    if (!kind) return;
    const [name, send] = kind;
    const startedAt = performance.now();
    const add = (status: number) =>
      void this.answers.push({ kind: name, status, ms: performance.now() - startedAt });
    const sent = send().then(
      ({ status }) => add(status),
      () => add(0),
    );
    this.pending.add(sent);
    void sent.finally(() => this.pending.delete(sent));
  }

  private kinds(): Kind[] {
    const { url } = this.node;
    const board = `/api/leaderboards/${this.board}`;
    let flight = 0;
    return [
      ['session', () => fetchAnswer(`${url}/api/sessions/current`, { headers: { cookie: this.cookie } })],
      ['flight', () => fetchAnswer(`${url}/api/flights/${(flight++ % 50) + 1}`)],
      ['board', () => fetchAnswer(`${url}${board}`)],
      ['score', () => this.submit(`${url}${board}/scores`)],
    ];
  }

  private async submit(url: string): Promise<{ status: number }> {
    const { playerId, score } = { playerId: `player-${Date.now() % 20}`, score: Date.now() % 1_000 };
    const answer = await fetchAnswer(url, scoreRequest({ playerId, score }));
    if (answer.status === 200 || answer.status === 202)
      this.best.set(playerId, Math.max(score, this.best.get(playerId) ?? 0));
    return answer;
  }
}

type Kind = [name: Answer['kind'], send: () => Promise<{ status: number }>];

async function fetchAnswer(url: string, options?: RequestInit): Promise<{ status: number }> {
  const response = await fetch(url, options);
  await response.arrayBuffer();
  return response;
}

function scoreRequest(score: Score): RequestInit {
  return {
    method: 'POST',
    headers: { ...asGameServer, 'content-type': 'application/json' },
    body: JSON.stringify({ submissionId: randomUUID(), ...score }),
  };
}
