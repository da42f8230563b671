import { signal } from '@preact/signals';
import type { LeaderboardEntry } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { request } from '../../http/request.js';
import { BOARD, follow, followed, type Followed } from '../board/board-feed.js';

const MOST = 100;

/** Those that can be chosen, by name. */
export const players = signal<Followed[]>([]);

export async function readPlayers(): Promise<void> {
  const answer = await request<{ entries: LeaderboardEntry[] }>(`/api/leaderboards/${BOARD}?limit=${MOST}`);
  if (!answer.ok) return;
  players.value = answer.body.entries
    .map(({ playerId, name }) => ({ playerId, name: name ?? playerId }))
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

export function followById(playerId: string): void {
  follow(players.value.find((player) => player.playerId === playerId) ?? null);
}

/** Follows a player by chance, another than the present one. */
export async function drawPlayer(): Promise<void> {
  if (players.value.length === 0) await readPlayers();
  const others = players.value.filter(({ playerId }) => playerId !== followed.value?.playerId);
  const drawn = others[Math.floor(Math.random() * others.length)];
  if (drawn) follow(drawn);
}
