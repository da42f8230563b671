import { computed, signal } from '@preact/signals';
import type { Problem } from '../../http/request.js';
import { type Attempt, type LoadSide, type UseCase, useCases } from './attempts.js';
import { send } from './requests.js';
import { checkScores, type ScoreCheck } from './scores.js';
import { signInOnBothSides } from './sign-in.js';

/** A run ends by itself after this time. */
export const LONGEST_SECONDS = 90;
const THIRD_SECONDS = LONGEST_SECONDS / 3;

export type LoadState = 'idle' | 'starting' | 'running' | 'checking' | 'done';

export const loadState = signal<LoadState>('idle');
/** The problem that prevented the last start. */
export const loadProblem = signal<Problem | null>(null);
export const attempts = signal<Attempt[]>([]);
/** When the run began, in milliseconds; null before the first. */
export const startedAt = signal<number | null>(null);
/** The number of seconds that have begun. */
export const elapsed = signal(0);
/** The seconds that the plots show: no more than needed, in thirds. */
export const span = computed(() => Math.max(1, Math.ceil(elapsed.value / THIRD_SECONDS)) * THIRD_SECONDS);
export const scoreChecks = signal<Record<LoadSide, ScoreCheck> | null>(null);

let timer: ReturnType<typeof setInterval> | undefined;
let run = 0;
let acknowledged: Record<LoadSide, string[]> = { textbook: [], module: [] };

/** Signs in, then sends one request of each use case to each side each second. */
export async function startLoad(): Promise<void> {
  if (loadState.value === 'starting' || loadState.value === 'running' || loadState.value === 'checking')
    return;
  const own = ++run;
  loadState.value = 'starting';
  const problem = await signInOnBothSides();
  if (own !== run) return;
  loadProblem.value = problem;
  if (problem !== null) {
    loadState.value = 'idle';
    return;
  }
  attempts.value = [];
  scoreChecks.value = null;
  acknowledged = { textbook: [], module: [] };
  startedAt.value = Date.now();
  elapsed.value = 0;
  loadState.value = 'running';
  timer = setInterval(nextSecond, 1000);
  nextSecond();
}

/** Stops sending, and compares the acknowledged scores with the boards. */
export async function stopLoad(): Promise<void> {
  if (loadState.value !== 'running') return;
  clearInterval(timer);
  const own = run;
  loadState.value = 'checking';
  const [textbook, module] = await Promise.all([
    checkScores('textbook', acknowledged.textbook),
    checkScores('module', acknowledged.module),
  ]);
  if (own !== run) return;
  scoreChecks.value = { textbook, module };
  loadState.value = 'done';
}

/** For a visitor who leaves the view: sends no further request. */
export function abandonLoad(): void {
  clearInterval(timer);
  run += 1;
  if (loadState.value !== 'done') loadState.value = 'idle';
}

function nextSecond(): void {
  if (elapsed.value >= LONGEST_SECONDS) {
    void stopLoad();
    return;
  }
  const second = elapsed.value;
  elapsed.value = second + 1;
  // The module first: a browser sends at most six requests to one server at a time, and those of the textbook side may hang.
  for (const side of ['module', 'textbook'] as const) {
    for (const useCase of Object.keys(useCases) as UseCase[]) void attempt(second, side, useCase);
  }
}

async function attempt(second: number, side: LoadSide, useCase: UseCase): Promise<void> {
  const own = run;
  const playerId = `${startedAt.value}-${second}`;
  const outcome = await send(side, useCase, { playerId, score: Math.floor(Date.now() / 1000) });
  if (own !== run) return;
  attempts.value = [...attempts.value, { second, side, useCase, outcome }];
  if (useCase === 'score' && outcome === 'ok') acknowledged[side].push(playerId);
}
