import { effect, signal } from '@preact/signals';
import type { BurstReport } from '../../../../src/demo/console/console.wire.js';
import { postJson, request, type Problem } from '../../http/request.js';
import type { Side } from '../../sides/side.js';
import { burstQuestion } from './burst-question.js';

export const BURST_SIZE = 500;

export interface BurstState {
  side: Side;
  /** Both null while it runs. */
  report: BurstReport | null;
  problem: Problem | null;
}

/** Those that have ended, and the one that runs. */
export const bursts = signal<BurstState[]>([]);
export const isBursting = signal(false);

effect(() => {
  if (burstQuestion.value !== undefined) bursts.value = [];
});

/** One side after the other. The node bounds the size and the time of each burst, and runs one at a time. */
export async function runBursts(): Promise<void> {
  const question = burstQuestion.value;
  if (question === null || isBursting.value) return;
  isBursting.value = true;
  bursts.value = [];
  for (const side of ['module', 'textbook', 'direct'] as const) {
    const done = bursts.value;
    bursts.value = [...done, { side, report: null, problem: null }];
    const body = { side, requests: BURST_SIZE, question };
    const answer = await request<BurstReport>('/api/console/bursts', postJson(body));
    // The visitor has chosen another question meanwhile.
    if (burstQuestion.value !== question) break;
    bursts.value = [
      ...done,
      answer.ok
        ? { side, report: answer.body, problem: null }
        : { side, report: null, problem: answer.problem },
    ];
  }
  isBursting.value = false;
}
