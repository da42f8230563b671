import { signal } from '@preact/signals';
import type { LeaderboardEntry } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { request, type Problem } from '../../http/request.js';
import { BOARD, follow, followed, type Followed } from '../board/board-feed.js';

const MOST = 100;

/** Those that can be chosen, by name. */
export const players = signal<Followed[]>([]);
/** Why the last click on "Draw one" found nobody, else null. */
export const drawProblem = signal<Problem | null>(null);

/** @returns why they could not be read, else null. */
export async function readPlayers(): Promise<Problem | null> {
  const answer = await request<{ entries: LeaderboardEntry[] }>(`/api/leaderboards/${BOARD}?limit=${MOST}`);
  if (!answer.ok) return answer.problem;
  players.value = answer.body.entries
    .map(({ playerId, name }) => ({ playerId, name: name ?? playerId }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
  return null;
}

export function followById(playerId: string): void {
  follow(players.value.find((player) => player.playerId === playerId) ?? null);
}

/** Follows a player by chance, another than the present one. @returns why it could not, else null. */
export async function drawPlayer(): Promise<Problem | null> {
  const problem = players.value.length === 0 ? await readPlayers() : null;
  if (problem !== null) return problem;
  const others = players.value.filter(({ playerId }) => playerId !== followed.value?.playerId);
  const drawn = others[Math.floor(Math.random() * others.length)];
  if (drawn === undefined) return noPlayers;
  follow(drawn);
  return null;
}

const noPlayers: Problem = {
  status: 0,
  code: null,
  detail: 'The board has no other player yet. Wait until one has a score.',
  errors: [],
  retryAfterSeconds: null,
};
