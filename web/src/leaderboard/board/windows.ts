import { signal } from '@preact/signals';
import type { WatchedWindow } from '../../../../src/leaderboard/live/leaderboard.wire.js';
import { request } from '../../http/request.js';
import { BOARD } from './board-feed.js';

export const windows: Record<WatchedWindow, string> = {
  all: 'All time',
  daily: 'Today',
  weekly: 'This week',
  monthly: 'This month',
};

const ALL = Object.keys(windows) as WatchedWindow[];

/** The windows that the board has. */
export const boardWindows = signal(ALL);

export async function readWindows(): Promise<void> {
  const answer = await request<{ board: string; windows: WatchedWindow[] }[]>('/api/leaderboards');
  const board = answer.ok ? answer.body.find(({ board }) => board === BOARD) : undefined;
  if (board) boardWindows.value = ALL.filter((window) => board.windows.includes(window));
}
