import { randomUUID } from 'node:crypto';
import type { AppClient } from '../app/app-client.js';
import type { LoadOptions } from '../options.js';
import type { Scene } from '../scenario.js';

export interface Score {
  playerId: string;
  score: number;
}

const answerWithinMs = 10_000;

/** A leaderboard of the app under load, written to as by a game server. */
export class BoardApp {
  readonly board = `load-${randomUUID().slice(0, 8)}`;
  private readonly headers: Record<string, string>;

  private readonly app: AppClient;

  constructor(private readonly scene: Scene) {
    this.app = scene.app;
    const key = process.env['GAME_SERVER_KEY'] || 'demo-game-server-key';
    this.headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  }

  define(definition: object): Promise<void> {
    return this.send('PUT', '', definition);
  }

  /** Rejects unless the whole batch was answered with 200: durable, and visible in the ranks. */
  submit(scores: readonly Score[]): Promise<void> {
    return this.send(
      'POST',
      '/scores',
      scores.map((score) => ({ submissionId: randomUUID(), ...score })),
    );
  }

  private async send(method: string, path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.app.url}/api/leaderboards/${this.board}${path}`, {
      method,
      headers: this.headers,
      body: JSON.stringify(body),
      signal: AbortSignal.any([this.scene.signal, AbortSignal.timeout(answerWithinMs)]),
    });
    const text = await response.text();
    if (response.status !== 200) {
      throw new Error(`${method} ${path || this.board} answered ${response.status}: ${text.slice(0, 300)}`);
    }
  }
}

/** The length of a load on a board, in seconds. Longer than a round of queries, because p99 needs more samples. */
export function durationOf({ quick }: LoadOptions): { warmUp: number; seconds: number; total: number } {
  const [warmUp, seconds] = quick ? [3, 5] : [10, 15];
  return { warmUp, seconds, total: warmUp + seconds };
}
