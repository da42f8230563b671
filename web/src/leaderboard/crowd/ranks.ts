import { signal } from '@preact/signals';
import type { CrowdRank } from '../../../../src/demo/crowd/crowd.wire.js';
import { request, type Answer, type Problem } from '../../http/request.js';
import { parseServerTiming } from '../../sides/server-timing.js';

/** The first answer may wait for a connection. The median counts. */
const REPEATS = 3;

export interface RankAnswer extends CrowdRank {
  /** The time that the server reports. */
  serverMs: number;
  roundTripMs: number;
}

interface Ranks {
  isAsking: boolean;
  /** null until both have answered. */
  answers: { sql: RankAnswer; sortedSet: RankAnswer } | null;
  problem: Problem | null;
}

export const ranks = signal<Ranks>({ isAsking: false, answers: null, problem: null });

/** Asks both for the rank of the same player, chosen by chance among `players`. */
export async function compareRanks(players: number): Promise<void> {
  if (ranks.value.isAsking || players === 0) return;
  ranks.value = { ...ranks.value, isAsking: true, problem: null };
  const number = 1 + Math.floor(Math.random() * players);
  const sortedSet = await medianOf(number, 'sorted-set');
  const sql = await medianOf(number, 'sql');
  const refused = [sortedSet, sql].find((answer) => !answer.ok);
  ranks.value =
    sql.ok && sortedSet.ok
      ? { isAsking: false, answers: { sql: timed(sql), sortedSet: timed(sortedSet) }, problem: null }
      : { isAsking: false, answers: null, problem: refused?.ok === false ? refused.problem : null };
}

async function medianOf(number: number, by: CrowdRank['by']): Promise<Answer<CrowdRank>> {
  const answers: Answered[] = [];
  for (let turn = 0; turn < REPEATS; turn += 1) {
    const answer = await request<CrowdRank>(`/api/demo/crowd/players/${number}/rank?by=${by}`);
    if (!answer.ok) return answer;
    answers.push(answer);
  }
  const sorted = answers.toSorted((one, other) => serverMsOf(one) - serverMsOf(other));
  return sorted[Math.floor(REPEATS / 2)] as Answered;
}

type Answered = Extract<Answer<CrowdRank>, { ok: true }>;

function timed(answer: Answered): RankAnswer {
  return { ...answer.body, serverMs: serverMsOf(answer), roundTripMs: answer.elapsedMs };
}

function serverMsOf({ headers, elapsedMs }: Answered): number {
  return parseServerTiming(headers.get('Server-Timing'))[0]?.durationMs ?? elapsedMs;
}
