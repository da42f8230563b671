import { randomUUID } from 'node:crypto';
import type { BoardLoad } from './board-load.js';

export interface Score {
  playerId: string;
  score: number;
}

const answerWithinMs = 10_000;

/** A leaderboard of the app under load, written to as by a game server. */
export class BoardApp {
  readonly board = `load-${randomUUID().slice(0, 8)}`;
  private readonly headers: Record<string, string>;

  constructor(private readonly load: BoardLoad) {
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

  /** CPU seconds of the app since its start. */
  async processorSeconds(): Promise<number> {
    const response = await fetch(`${this.load.url}/metrics`, { signal: this.load.signal });
    const lines = (await response.text()).split('\n');
    const modes = lines.filter((line) => line.startsWith('process_cpu_time_seconds_total{'));
    if (modes.length === 0)
      throw new Error(
        `GET /metrics of ${this.load.url} has no process_cpu_time_seconds_total. Is this the app?`,
      );
    return modes.reduce((sum, line) => sum + Number(line.split(' ')[1]), 0);
  }

  private async send(method: string, path: string, body: unknown): Promise<void> {
    const response = await fetch(`${this.load.url}/api/leaderboards/${this.board}${path}`, {
      method,
      headers: this.headers,
      body: JSON.stringify(body),
      signal: AbortSignal.any([this.load.signal, AbortSignal.timeout(answerWithinMs)]),
    });
    const text = await response.text();
    if (response.status !== 200) {
      throw new Error(`${method} ${path || this.board} answered ${response.status}: ${text.slice(0, 300)}`);
    }
  }
}
