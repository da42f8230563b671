/** What a request of the steady load asks for. */
export type UseCase = 'query' | 'session' | 'score';
export type LoadSide = 'textbook' | 'module';
/** `hung`: no answer within the limit. */
export type Outcome = 'ok' | 'failed' | 'hung';

export const useCases: Record<UseCase, string> = {
  query: 'query cache',
  session: 'session read',
  score: 'score',
};
export const loadSides: Record<LoadSide, string> = { textbook: 'Textbook', module: 'Module' };

/** One request. Each side gets one of each use case a second. */
export interface Attempt {
  /** The second of the run, from 0. */
  second: number;
  side: LoadSide;
  useCase: UseCase;
  outcome: Outcome;
}

export type Tally = Record<Outcome, number>;

export function tally(attempts: readonly Attempt[]): Tally {
  const counts: Tally = { ok: 0, failed: 0, hung: 0 };
  for (const { outcome } of attempts) counts[outcome] += 1;
  return counts;
}

/** For example `57 answered, 2 failed, 1 hung`. */
export function describeTally({ ok, failed, hung }: Tally): string {
  return `${ok} answered, ${failed} failed, ${hung} hung`;
}
