import type { Submission } from './leaderboard.schemas.js';

/** A player's best score, and the sequence at which it became that. */
export interface Standing {
  playerId: string;
  score: number;
  sequence: number;
}

/**
 * What new submissions, in their order, do to standings where the best score counts. Each improvement takes the next
 * sequence number after `sequence`.
 */
export function keepBest(held: Standing[], submissions: Submission[], sequence: number) {
  const standings = new Map(held.map((standing) => [standing.playerId, standing]));
  const changed = new Map<string, Standing>();
  const applied = new Set<string>();
  for (const { submissionId, playerId, score } of submissions) {
    const best = standings.get(playerId)?.score;
    if (best !== undefined && score <= best) continue;
    const standing = { playerId, score, sequence: ++sequence };
    standings.set(playerId, standing);
    changed.set(playerId, standing);
    applied.add(submissionId);
  }
  const bestScores = new Map([...standings].map(([playerId, { score }]) => [playerId, score]));
  return { changed: [...changed.values()], applied, bestScores };
}
