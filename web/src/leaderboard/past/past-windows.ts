import { effect, signal } from '@preact/signals';
import type { WatchedWindow } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { request, type Problem } from '../../http/request.js';
import { SHOWN, watchedBoard } from '../board/board-feed.js';

interface PastWindow {
  window: WatchedWindow;
  period: string;
  /** An ISO date. */
  endsAt: string;
}

/** The first entries of a window that has ended. They do not change. */
interface PastPage {
  period: string;
  endsAt: string;
  total: number;
  entries: { rank: number; playerId: string; name: string | null; score: number }[];
}

/** The windows of the shown board that have ended, the newest first. */
export const pastWindows = signal<PastWindow[]>([]);
/** The chosen one; null: the page shows the present. */
export const pastPage = signal<PastPage | null>(null);
export const pastProblem = signal<Problem | null>(null);

effect(() => {
  void watchedBoard.value;
  showPresent();
  pastWindows.value = [];
});

export async function readPastWindows(): Promise<void> {
  const board = watchedBoard.value;
  const answer = await request<{ periods: PastWindow[] }>(`/api/leaderboards/${board}/periods`);
  if (answer.ok && board === watchedBoard.value) pastWindows.value = answer.body.periods;
}

export async function choosePast(period: string): Promise<void> {
  if (period === '') return showPresent();
  const board = watchedBoard.value;
  const query = new URLSearchParams({ period, limit: String(SHOWN) });
  const answer = await request<PastPage>(`/api/leaderboards/${board}?${query}`);
  if (board !== watchedBoard.value) return;
  pastProblem.value = answer.ok ? null : answer.problem;
  pastPage.value = answer.ok ? answer.body : null;
}

export function showPresent(): void {
  pastPage.value = pastProblem.value = null;
}
