import { signal } from '@preact/signals';
import type { CrowdState } from '../../../../src/demo/crowd/crowd.wire.js';
import { poll } from '../../http/poll.js';
import { postJson, request, type Answer, type Problem } from '../../http/request.js';

const PATH = '/api/demo/crowd';
const READ_EVERY_MS = 1_000;

/** null until it was read. */
export const crowd = signal<CrowdState | null>(null);
export const crowdProblem = signal<Problem | null>(null);
/** Of the newest command. It stays until the next one. */
export const loadProblem = signal<Problem | null>(null);

/** Reads the state as long as the view is open: another page may have started a load. */
export function watchCrowd(): () => void {
  return poll(async () => {
    const answer = await request<CrowdState>(PATH);
    crowdProblem.value = answer.ok ? null : answer.problem;
    if (answer.ok) crowd.value = answer.body;
  }, READ_EVERY_MS);
}

export async function startLoad(players: number): Promise<void> {
  receive(await request<CrowdState>(`${PATH}/loads`, postJson({ players })));
}

export async function cancelLoad(): Promise<void> {
  receive(await request<CrowdState>(`${PATH}/loads`, { method: 'DELETE' }));
}

function receive(answer: Answer<CrowdState>): void {
  loadProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) crowd.value = answer.body;
}
