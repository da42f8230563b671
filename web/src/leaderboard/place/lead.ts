import { signal } from '@preact/signals';
import type { Lead } from '../../../../src/demo/arena/arena.wire.js';
import { postJson, request, type Problem } from '../../http/request.js';
import { followed, top } from '../board/board-feed.js';
import { drawPlayer } from './players.js';

const LONGEST_PUSH_MS = 5_000;

interface LeadState {
  isWaiting: boolean;
  result: { name: string; answeredMs: number; pushedMs: number } | null;
  problem: Problem | null;
}

export const leadState = signal<LeadState>({ isWaiting: false, result: null, problem: null });

/** Puts the followed player first, or one by chance, and measures how long the change takes to this page. */
export async function lead(): Promise<void> {
  if (leadState.value.isWaiting) return;
  leadState.value = { isWaiting: true, result: null, problem: null };
  const problem = followed.value === null ? await drawPlayer() : null;
  const player = followed.value;
  if (problem !== null || player === null) {
    leadState.value = { isWaiting: false, result: null, problem };
    return;
  }
  const startedAt = performance.now();
  const pushed = pushesOf(player.playerId);
  const answer = await request<Lead>('/api/demo/arena/leads', postJson({ playerId: player.playerId }));
  if (!answer.ok) {
    pushed.stop();
    leadState.value = { isWaiting: false, result: null, problem: answer.problem };
    return;
  }
  const at = await pushed.reached(answer.body.score);
  leadState.value =
    at === null
      ? { isWaiting: false, result: null, problem: notPushed }
      : {
          isWaiting: false,
          result: { name: player.name, answeredMs: answer.elapsedMs, pushedMs: at - startedAt },
          problem: null,
        };
}

const notPushed: Problem = {
  status: 0,
  code: null,
  detail: `The score is stored, but no change came within ${LONGEST_PUSH_MS / 1_000} s. Is the board connected?`,
  errors: [],
  retryAfterSeconds: null,
};

/**
 * When the page received the scores of a player, in a change or in a snapshot that was requested meanwhile. Either can be faster than the
 * answer to the request.
 */
function pushesOf(playerId: string) {
  const received: { score: number; at: number }[] = [];
  let check = (): void => undefined;
  const stop = top.subscribe((board) => {
    const own = board?.entries.find((entry) => entry.playerId === playerId);
    if (own === undefined) return;
    received.push({ score: own.score, at: performance.now() });
    check();
  });
  const reached = (score: number) =>
    new Promise<number | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), LONGEST_PUSH_MS);
      check = () => {
        const push = received.find((one) => one.score >= score);
        if (push === undefined) return;
        clearTimeout(timer);
        resolve(push.at);
      };
      check();
    }).finally(stop);
  return { reached, stop };
}
