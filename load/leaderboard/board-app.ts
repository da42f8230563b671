import { randomUUID } from 'node:crypto';
import type { AppClient } from '../app/app-client.js';
import { textbookPath } from '../comparison.js';
import type { Scene } from '../scenario.js';

export interface Score {
  playerId: string;
  score: number;
}

const answerWithinMs = 10_000;

/** A leaderboard of the app under load, written to as by a game server. */
export class BoardApp {
  readonly board = `load-${randomUUID().slice(0, 8)}`;
  /** Those of a game server. */
  readonly headers: Record<string, string>;
  readonly path = `/api/leaderboards/${this.board}`;
  private readonly app: AppClient;

  constructor(private readonly scene: Scene) {
    this.app = scene.app;
    const key = process.env['GAME_SERVER_KEY'] || 'demo-game-server-key';
    this.headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  }

  define(definition: object): Promise<void> {
    return this.send('PUT', this.path, definition);
  }

  /** Rejects unless the whole batch was answered with 200: durable, and visible in the ranks. */
  submit(scores: readonly Score[]): Promise<void> {
    return this.send(
      'POST',
      `${this.path}/scores`,
      scores.map((score) => ({ submissionId: randomUUID(), ...score })),
    );
  }

  /** Rejects unless it is in the sorted set of the textbook side, which everybody who watches has then been sent. */
  submitToTextbook(score: Score): Promise<void> {
    return this.send('POST', `${textbookPath(this.path)}/scores`, score);
  }

  private async send(method: string, path: string, body: unknown): Promise<void> {
    const response = await fetch(this.app.url + path, {
      method,
      headers: this.headers,
      body: JSON.stringify(body),
      signal: AbortSignal.any([this.scene.signal, AbortSignal.timeout(answerWithinMs)]),
    });
    const text = await response.text();
    if (response.status !== 200) {
      throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`);
    }
  }
}
