import { signal } from '@preact/signals';
import type { MeasuredClaim } from '../../../src/demo/console/console.wire.js';
import { request, type Problem } from '../http/request.js';

/** Null before the first answer. */
export const claims = signal<MeasuredClaim[] | null>(null);
/** The problem of the last request; null if it succeeded. */
export const claimsProblem = signal<Problem | null>(null);

export async function loadClaims(): Promise<void> {
  const answer = await request<MeasuredClaim[]>('/api/console/claims');
  claimsProblem.value = answer.ok ? null : answer.problem;
  if (answer.ok) claims.value = answer.body;
}
