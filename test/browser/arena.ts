import { randomInt, randomUUID } from 'node:crypto';
import type { BoardPage } from '../../src/leaderboard/index.js';
import { Database } from '../../src/database/index.js';
import { ARENA_PLAYERS } from '../../src/demo/arena/arena.players.js';
import { TextbookLeaderboardGateway } from '../../src/textbook/index.js';
import type { TestNode } from '../support/app.js';
import { asGameServer } from '../support/settings.js';

const PER_BATCH = 10;
const LARGEST_GAIN = 1_000;

/** The board that the console shows, as a test changes and reads it. */
export class Arena {
  private readonly scores = new Map<string, number>();
  private batches = 0;

  /** The page is connected to `node`. Every second batch of scores, and every read, is sent to `other`. */
  constructor(
    private readonly node: TestNode,
    private readonly other = node,
  ) {}

  async setRate(scoresPerSecond: number): Promise<void> {
    await this.send(this.node, 'PUT', '/api/demo/arena', { scoresPerSecond });
  }

  /** Random scores of simulated players, which the page draws from. Each is better than the one before of its player. */
  async change(times: number): Promise<void> {
    for (let done = 0; done < times; done += PER_BATCH) {
      const batch = Array.from({ length: Math.min(PER_BATCH, times - done) }, () => this.nextScore());
      const node = this.batches++ % 2 === 0 ? this.node : this.other;
      await this.send(node, 'POST', '/api/leaderboards/arena/scores', batch);
    }
  }

  async page(): Promise<BoardPage> {
    return (await this.send(this.other, 'GET', '/api/leaderboards/arena?limit=10')) as BoardPage;
  }

  /** Stores a day that has ended: 70 points of Amber, 60 of Basil. @returns its name */
  async playedYesterday(): Promise<string> {
    const today = new Date().toISOString().slice(0, 10);
    const yesterday = new Date(Date.parse(today) - 86_400_000).toISOString().slice(0, 10);
    const database = this.node.get(Database);
    await database.query(
      `INSERT INTO standings (board, period, player_id, merit, sequence)
       VALUES ('arena', $1, 'amber', 70, 1), ('arena', $1, 'basil', 60, 2)`,
      [yesterday],
    );
    const listed = `INSERT INTO past_periods (board, period, ended_at) VALUES ('arena', $1, $2)`;
    await database.query(listed, [yesterday, `${today}T00:00:00Z`]);
    return yesterday;
  }

  /** Closes the connections of all viewers, as a network that fails does. */
  disconnectViewers(): void {
    const { server } = this.node.get(TextbookLeaderboardGateway).server;
    for (const { conn } of server.of('/leaderboard').sockets.values()) conn.close();
  }

  /** Sends something other than changes to all viewers. */
  sendMalformed(...messages: unknown[]): void {
    const { server } = this.node.get(TextbookLeaderboardGateway).server;
    for (const message of messages) server.of('/leaderboard').emit('changes', message);
  }

  private nextScore() {
    const { playerId } = ARENA_PLAYERS[randomInt(ARENA_PLAYERS.length)] ?? { playerId: 'amber' };
    const score = (this.scores.get(playerId) ?? 0) + randomInt(1, LARGEST_GAIN);
    this.scores.set(playerId, score);
    return { submissionId: randomUUID(), playerId, score };
  }

  private async send({ url }: TestNode, method: string, path: string, body?: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json', ...asGameServer };
    const response = await fetch(url + path, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}.`);
    return response.json();
  }
}
