import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';
import type { Board } from '../domain/board.js';

/** A new epoch is at least the current time, so that a ledger that was restored from a backup never uses an epoch twice. */
export const NEWEST_EPOCH = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint';

/** $1 board, $2 version, $3 and $4 the parts of a checkpoint, or null without one. */
const HAS_CHECKPOINT = `($4::text IS NULL OR EXISTS (
  SELECT FROM submissions WHERE board = $1 AND submission_id = $4 AND sequence >= $2
  AND round(extract(epoch FROM submitted_at) * 1000) = $3::bigint))`;

/** The version that sorted sets have reached, and a checkpoint there or later: null where a node of an earlier release wrote. */
export interface Progress {
  appliedVersion: number;
  checkpoint: string | null;
}

/** Finds out whether sorted sets show a past state of the ledger, or commits that it lost in a failover or by a restore. */
@Injectable()
export class LedgerHistory {
  constructor(private readonly database: Database) {}

  /** Whether the ledger once was where sorted sets of the same epoch are, so that its later changes continue from there. */
  async has({ board, version, checkpoint: newest }: Board, progress: Progress): Promise<boolean> {
    const { appliedVersion, checkpoint } = progress;
    if (appliedVersion === version && checkpoint === newest) return true;
    const [known] = await this.database.query<{ known: boolean }>(
      `SELECT sequence >= $2 AND ${HAS_CHECKPOINT} AS known FROM boards WHERE board = $1`,
      [board, appliedVersion, ...partsOf(checkpoint)],
    );
    return known?.known === true;
  }

  /**
   * Starts a new epoch at a later version if the ledger has lost what sorted sets show: viewers have seen their version, and versions
   * never go back. Returns false if the ledger has it.
   */
  async disown(
    board: string,
    { epoch, appliedVersion, checkpoint }: Progress & { epoch: number },
  ): Promise<boolean> {
    const disowned = await this.database.query(
      `UPDATE boards SET edition = greatest(edition + 1, $5 + 1, ${NEWEST_EPOCH}), sequence = greatest(sequence, $2) + 1, mark = ''
       WHERE board = $1 AND (edition < $5 OR (edition = $5 AND (sequence < $2 OR NOT ${HAS_CHECKPOINT}))) RETURNING 1`,
      [board, appliedVersion, ...partsOf(checkpoint), epoch],
    );
    return disowned.length > 0;
  }
}

type CheckpointParts = [at: string | null, submissionId: string | null];

/** Matches no submission. */
const UNKNOWN_CHECKPOINT: CheckpointParts = ['-1', ''];

function partsOf(checkpoint: string | null): CheckpointParts {
  if (!checkpoint) return [null, null];
  const [, at, submissionId] = /^(\d{1,15}):(\P{Cc}+)$/u.exec(checkpoint) ?? [];
  return at === undefined || submissionId === undefined ? UNKNOWN_CHECKPOINT : [at, submissionId];
}
