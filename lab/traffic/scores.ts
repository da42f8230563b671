import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { isInFirstSlots } from '../stack/engines.js';
import type { Client } from './client.js';
import type { Side } from './side.js';

/** How the board at the end differs from the acknowledged scores. */
export interface ScoreAudit {
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  /** When what was lost had been acknowledged, as of `performance.now()`. */
  readonly lostAt: readonly number[];
}

const REPEAT_MS = 500;
const PAGE = 1000;
const SETTLED_WITHIN_MS = 5_000;
const CHECK_EVERY_MS = 250;

/** A game server that submits one score of 1 for each of its players, until it is acknowledged. */
export class Scores {
  readonly board: string;
  /** When the score of a player was acknowledged. */
  private readonly acknowledged = new Map<string, number>();

  constructor(private readonly client: Client) {
    this.board = newBoard(client.side);
  }

  async prepare(): Promise<void> {
    if (this.client.side.name === 'textbook') return;
    const { status } = await this.client.ask({
      method: 'PUT',
      path: `/leaderboards/${this.board}`,
      body: { operator: 'sum' },
    });
    if (status !== 200)
      throw new Error(`PUT /api/leaderboards/${this.board} answered ${status} before the fault.`);
  }

  async submit(turn: number, stopped: AbortSignal): Promise<void> {
    const playerId = `player-${turn}`;
    const body = { submissionId: `${this.board}-${turn}`, playerId, score: 1 };
    const path = `/leaderboards/${this.board}/${this.client.side.scores}`;
    while (!stopped.aborted) {
      const { status } = await this.client.send('score', { method: 'POST', path, body });
      if (status === 200 || status === 202) {
        this.acknowledged.set(playerId, performance.now());
        return;
      }
      await wait(REPEAT_MS, undefined, { signal: stopped }).catch(() => undefined);
    }
  }

  async readTop(): Promise<void> {
    await this.client.send('score', { path: `/leaderboards/${this.board}?limit=10` });
  }

  /** Waits until the board has all acknowledged scores, for at most five seconds. */
  async audit(): Promise<ScoreAudit> {
    const deadline = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const scores = await this.read();
      const lostAt = [...this.acknowledged].flatMap(([player, at]) => (scores?.has(player) ? [] : [at]));
      const lost = lostAt.length;
      if (lost > 0 && performance.now() < deadline) {
        await wait(CHECK_EVERY_MS);
        continue;
      }
      const doubled = [...(scores ?? [])].filter(([, score]) => score > 1).length;
      return { acknowledged: this.acknowledged.size, lost, doubled, lostAt };
    }
  }

  /** null: the board cannot be read. */
  private async read(): Promise<Map<string, number> | null> {
    const scores = new Map<string, number>();
    for (let offset = 0; ; offset += PAGE) {
      const path = `/leaderboards/${this.board}?offset=${offset}&limit=${PAGE}`;
      const { status, body } = await this.client.ask({ path });
      if (status !== 200) return null;
      const { entries } = body as { entries: { playerId: string; score: number }[] };
      for (const { playerId, score } of entries) scores.set(playerId, score);
      if (entries.length < PAGE) return scores;
    }
  }
}

/** In a cluster, the faults and the moves of slots concern the boards of both sides. */
function newBoard({ hashTagOf }: Side): string {
  for (;;) {
    const board = `lab-${randomUUID().slice(0, 8)}`;
    if (isInFirstSlots(hashTagOf(board))) return board;
  }
}
