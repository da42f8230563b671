import { postJson, request } from '../../http/request.js';
import type { LoadSide } from './attempts.js';

/** Acknowledged scores and how many of them are on the board. `found` is null if the board could not be read. */
export interface ScoreCheck {
  acknowledged: number;
  found: number | null;
}

const LARGEST_PAGE = 1000;
const ATTEMPTS = 10;
const PAUSE_MS = 1_000;

/** Reads the board until all acknowledged players are on it, for at most ten seconds. */
export async function checkScores(side: LoadSide, acknowledged: readonly string[]): Promise<ScoreCheck> {
  let found: number | null = null;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const players = await playersOn(side, acknowledged);
    if (players !== null) found = acknowledged.filter((player) => players.has(player)).length;
    if (found === acknowledged.length) break;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
  return { acknowledged: acknowledged.length, found };
}

interface Entries {
  entries: { playerId: string }[];
}

/** Null if the board cannot be read. */
async function playersOn(side: LoadSide, asked: readonly string[]): Promise<Set<string> | null> {
  if (asked.length === 0) return new Set();
  const signal = AbortSignal.timeout(PAUSE_MS);
  const answer =
    side === 'module'
      ? await request<Entries>('/api/leaderboards/break-it/ranks', {
          ...postJson({ playerIds: asked }),
          signal,
        })
      : await request<Entries>(`/textbook/leaderboards/break-it?limit=${LARGEST_PAGE}`, { signal });
  return answer.ok ? new Set(answer.body.entries.map(({ playerId }) => playerId)) : null;
}
