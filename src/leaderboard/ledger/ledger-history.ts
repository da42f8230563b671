import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { Progress } from '../sorted-sets/sorted-sets.store.js';
import type { Board } from './board.js';

/** What a new edition is at least: of a ledger that was set back, too, no two are the same. */
export const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** $1 board, $2 position, $3 and $4 the parts of a mark, or null without one. */
const HAS_MARK = `($4::text IS NULL OR EXISTS (
  SELECT FROM submissions WHERE board = $1 AND submission_id = $4 AND sequence >= $2
  AND round(extract(epoch FROM submitted_at) * 1000) = $3::bigint))`;

/** Finds out whether sorted sets show a past of the ledger, or commits that it has lost: in a failover, or restored from a backup. */
@Injectable()
export class LedgerHistory {
  constructor(private readonly database: Database) {}

  /** Whether the ledger has been where sorted sets of the board's edition are, and so leads on from there. */
  async has(
    { board, sequence, mark: newest }: Pick<Board, 'board' | 'sequence' | 'mark'>,
    { position, mark }: Progress,
  ): Promise<boolean> {
    if (position === sequence && mark === newest) return true;
    const [known] = await this.database.query<{ known: boolean }>(
      `SELECT sequence >= $2 AND ${HAS_MARK} AS known FROM boards WHERE board = $1`,
      [board, position, ...partsOf(mark)],
    );
    return known?.known === true;
  }

  /**
   * Makes sorted sets that show what the ledger has lost those of an earlier edition and version: viewers have seen theirs. False if the
   * ledger has it after all.
   */
  async disown(
    board: string,
    { edition, position, mark = null }: { edition: number; position: number; mark?: string | null },
  ): Promise<boolean> {
    const disowned = await this.database.query(
      `UPDATE boards SET edition = greatest(edition + 1, $5 + 1, ${NOW}), sequence = greatest(sequence, $2) + 1, mark = ''
       WHERE board = $1 AND (edition < $5 OR (edition = $5 AND (sequence < $2 OR NOT ${HAS_MARK}))) RETURNING 1`,
      [board, position, ...partsOf(mark), edition],
    );
    return disowned.length > 0;
  }
}

/** A foreign mark becomes one that no submission has. */
const NO_MARK: MarkParts = ['-1', ''];

type MarkParts = [at: string | null, submissionId: string | null];

function partsOf(mark: string | null): MarkParts {
  if (!mark) return [null, null];
  const [, at, submissionId] = /^(\d{1,15}):(\P{Cc}+)$/u.exec(mark) ?? [];
  return at === undefined || submissionId === undefined ? NO_MARK : [at, submissionId];
}
