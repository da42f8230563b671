import type { LoadSide, Outcome, UseCase } from './attempts.js';

/** No answer within this time counts as hung. Shorter than a second, so that no two requests of a kind overlap. */
export const LIMIT_MS = 900;

/** Later scores are higher, so that the newest are at the top of both boards. */
interface Score {
  playerId: string;
  score: number;
}

const FLIGHTS = '/flights/routes/ORD?limit=20';
const SCORES: Record<LoadSide, string> = {
  textbook: '/textbook/leaderboards/break-it/scores',
  module: '/api/demo/scores',
};

export async function send(side: LoadSide, useCase: UseCase, score: Score): Promise<Outcome> {
  const [path, init] = requestOf(side, useCase, score);
  // Neither answers of the browser's own cache nor stale connections count.
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const response = await fetch(path, { ...init, cache: 'no-store', signal });
    await response.arrayBuffer();
    return response.ok ? 'ok' : 'failed';
  } catch {
    return signal.aborted ? 'hung' : 'failed';
  }
}

function requestOf(side: LoadSide, useCase: UseCase, score: Score): [path: string, init?: RequestInit] {
  const root = side === 'textbook' ? '/textbook' : '/api';
  switch (useCase) {
    case 'query':
      return [root + FLIGHTS];
    case 'session':
      return [`${root}/sessions/current`];
    default:
      return [SCORES[side], post(score)];
  }
}

function post(body: object): RequestInit {
  return { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}
