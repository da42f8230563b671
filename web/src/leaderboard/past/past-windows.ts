import { effect, signal } from '@preact/signals';
import type { ArenaSeason } from '../../../../src/demo/arena/arena.wire.js';
import { postJson, request, type Problem } from '../../http/request.js';
import { SHOWN, watchedBoard } from '../board/board-feed.js';

/** A window or a season that has ended. */
interface Past {
  name: string;
  kind: 'period' | 'season';
}

/** Its first entries. They do not change. */
interface PastPage {
  endsAt: string;
  total: number;
  entries: { rank: number; playerId: string; name: string | null; score: number }[];
}

/** Those of the shown board, seasons first, the newest first. */
export const pasts = signal<Past[]>([]);
/** The chosen one; null: the page shows the present. */
export const shownPast = signal<(PastPage & Past) | null>(null);
export const pastProblem = signal<Problem | null>(null);

effect(() => {
  void watchedBoard.value;
  showPresent();
  pasts.value = [];
});

export async function readPasts(): Promise<void> {
  const board = watchedBoard.value;
  const [seasons, periods] = await Promise.all([
    request<{ seasons: { season: string }[] }>(`/api/leaderboards/${board}/seasons`),
    request<{ periods: { period: string }[] }>(`/api/leaderboards/${board}/periods`),
  ]);
  if (board !== watchedBoard.value || !seasons.ok || !periods.ok) return;
  pasts.value = [
    ...seasons.body.seasons.map(({ season }) => ({ name: season, kind: 'season' as const })),
    ...periods.body.periods.map(({ period }) => ({ name: period, kind: 'period' as const })),
  ];
}

export async function choosePast(name: string): Promise<void> {
  const past = pasts.value.find((one) => one.name === name);
  if (past === undefined) return showPresent();
  const board = watchedBoard.value;
  const query = new URLSearchParams({ [past.kind]: name, limit: String(SHOWN) });
  const answer = await request<PastPage>(`/api/leaderboards/${board}?${query}`);
  if (board !== watchedBoard.value) return;
  pastProblem.value = answer.ok ? null : answer.problem;
  shownPast.value = answer.ok ? { ...answer.body, ...past } : null;
}

export function showPresent(): void {
  shownPast.value = pastProblem.value = null;
}

/** Closes the season of both boards, and shows its final ranks. */
export async function closeSeason(): Promise<void> {
  const answer = await request<ArenaSeason>('/api/demo/arena/seasons', postJson({}));
  if (!answer.ok) {
    pastProblem.value = answer.problem;
    return;
  }
  await readPasts();
  await choosePast(answer.body.season);
}
