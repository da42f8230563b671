import { postJson, request, type Problem } from '../../http/request.js';

/** Signs this browser in on both sides, unless it is. Returns the problem that prevents it; null if there is none. */
export async function signInOnBothSides(): Promise<Problem | null> {
  const answers = await Promise.all([
    signInUnlessDone('/api/sessions', {
      username: 'ada',
      password: 'correct horse battery staple',
      device: 'break it',
    }),
    signInUnlessDone('/textbook/sessions', { username: 'ada' }),
  ]);
  return answers.find((problem) => problem !== null) ?? null;
}

async function signInUnlessDone(path: string, credentials: object): Promise<Problem | null> {
  const init = { signal: AbortSignal.timeout(SIGN_IN_MS) };
  const current = await request(`${path}/current`, init);
  if (current.ok) return null;
  const answer = await request(path, { ...postJson(credentials), ...init });
  return answer.ok ? null : { ...answer.problem, detail: `Signing in failed: ${answer.problem.detail}` };
}

const SIGN_IN_MS = 5_000;
