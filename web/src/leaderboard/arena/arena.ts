import { signal } from '@preact/signals';
import type { ArenaState } from '../../../../src/demo/arena/arena.wire.js';
import { poll } from '../../http/poll.js';
import { postJson, request, type Answer, type Problem } from '../../http/request.js';

const PATH = '/api/demo/arena';
const READ_EVERY_MS = 3_000;

/** null until it was read. */
export const arena = signal<ArenaState | null>(null);
export const arenaProblem = signal<Problem | null>(null);
/** Only a demo has simulated players, the textbook side and the large board. */
export const isDemo = signal(true);

/** Reads the rate as long as the view is open: another page may change it. */
export function watchArena(): () => void {
  return poll(async () => receive(await request<ArenaState>(PATH)), READ_EVERY_MS);
}

export async function chooseRate(scoresPerSecond: number): Promise<void> {
  receive(await request<ArenaState>(PATH, postJson({ scoresPerSecond }, 'PUT')));
}

function receive(answer: Answer<ArenaState>): void {
  arenaProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) arena.value = answer.body;
  else if (answer.problem.status === 404) isDemo.value = false;
}
