import { signal } from '@preact/signals';
import type { QueryCacheStats } from '../../../../src/query-cache/query-cache.wire.js';
import { poll } from '../../http/poll.js';
import { request, type Problem } from '../../http/request.js';

export const counts = signal<QueryCacheStats['queries']>({});
export const countsProblem = signal<Problem | null>(null);

export function watchCounts(): () => void {
  return poll(async () => {
    const answer = await request<QueryCacheStats>('/api/query-cache/stats');
    countsProblem.value = answer.ok ? null : answer.problem;
    if (answer.ok) counts.value = answer.body.queries;
  }, 2000);
}
