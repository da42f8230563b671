import { setTimeout as wait } from 'node:timers/promises';
import { rowsOf } from '../../measuring/answer-rows.js';
import { type AnswerKey, QUERY_MS } from '../protocol.js';

export interface Answer {
  readonly version: number;
  readonly rows: readonly object[];
}

/** In place of a database: counts its queries, each of which takes some time. One per process. */
class Database {
  queries = 0;
  version = 1;
  delayMs = QUERY_MS;
  private readonly rows = new Map<number, readonly object[]>();

  async query({ bytes }: AnswerKey): Promise<Answer> {
    this.queries++;
    const { version } = this;
    if (this.delayMs > 0) await wait(this.delayMs);
    return { version, rows: this.rowsOf(bytes) };
  }

  private rowsOf(bytes: number): readonly object[] {
    const rows = this.rows.get(bytes) ?? rowsOf(bytes);
    this.rows.set(bytes, rows);
    return rows;
  }
}

export const database = new Database();
