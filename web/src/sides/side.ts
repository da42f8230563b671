import { request, type Problem } from '../http/request.js';
import { parseServerTiming, type ServerTiming } from './server-timing.js';

/** The three ways to answer the same question. */
export type Side = 'direct' | 'textbook' | 'module';

export const sides: Record<Side, { label: string; about: string }> = {
  direct: { label: 'Direct', about: 'PostgreSQL, no cache' },
  textbook: { label: 'Textbook', about: 'cache-manager and CacheInterceptor' },
  module: { label: 'Module', about: "this project's query cache" },
};

export interface SideTimes {
  /** The time that the server reports for its work; null if it reports none. */
  serverMs: number | null;
  roundTripMs: number;
  timings: ServerTiming[];
}

export type SideAnswer<T> = { ok: true; times: SideTimes; body: T } | { ok: false; problem: Problem };

/** @param path of the module, for example `/api/flights/4242`. The textbook side has the same path under `/textbook`. */
export async function askSide<T = unknown>(side: Side, path: string): Promise<SideAnswer<T>> {
  const answer = await request<T>(
    side === 'textbook' ? path.replace(/^\/api\//, '/textbook/') : path,
    side === 'direct' ? { headers: { 'Cache-Control': 'no-store' } } : {},
  );
  if (!answer.ok) return answer;
  const timings = parseServerTiming(answer.headers.get('Server-Timing'));
  const serverMs = timings.length === 0 ? null : timings.reduce((sum, { durationMs }) => sum + durationMs, 0);
  return { ok: true, times: { serverMs, roundTripMs: answer.elapsedMs, timings }, body: answer.body };
}
