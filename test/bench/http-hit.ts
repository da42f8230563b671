import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../local/index.js';
import { inTurn } from './alternating-rounds.js';
import type { Benchmark, Goal } from './benchmark.js';
import { until } from './open-engine.js';
import { median, quantile } from '../../load/measuring/statistics.js';

const CASES = [
  { size: '2 KB', bytes: 2_000, requests: 3_000, atMost: 1 },
  { size: '100 KB', bytes: 100_000, requests: 600, atMost: 0.6 },
] as const;
const ROUNDS = 16;
const AT_ONCE = 20;

/** What a hit costs a server, compared with a handler that returns a constant. */
export const httpHit: Benchmark = {
  name: 'http-hit',
  method:
    `Server CPU (user + system) per request of a Nest application: a local hit / a handler that returns the same object, ${ROUNDS} rounds of each in\n` +
    `turn, ${AT_ONCE} connections; the client is another process. Medians of the rounds, and of the ratios of one turn.`,
  async measure(say) {
    const server = await startEngine('valkey');
    const application = fork(fileURLToPath(new URL('http-hit.process.js', import.meta.url)), [server.url]);
    const exited = once(application, 'exit');
    const heard = async (): Promise<number> => Number((await once(application, 'message'))[0]);
    const cpu = (): Promise<number> => {
      const answer = heard();
      application.send('cpu');
      return answer;
    };
    const port = await heard();
    const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
    const ask = (path: string) => request({ port, agent, path });
    const costPerRequest = async (path: string, requests: number): Promise<number> => {
      const before = await cpu();
      for (let sent = 0; sent < requests; sent += AT_ONCE)
        await Promise.all(Array.from({ length: AT_ONCE }, () => ask(path)));
      return ((await cpu()) - before) / requests;
    };
    const table = [['answer', 'constant µs', 'hit µs', 'hit / constant', 'quartiles']];
    const goals: Goal[] = [];
    try {
      for (const { size, bytes, requests, atMost } of CASES) {
        say(size);
        await until('it is in the local tier', async () =>
          /detail=local/.test(await ask(`/cached/${bytes}`)),
        );
        const sides = ['constant', 'cached'].map(
          (path) => () => costPerRequest(`/${path}/${bytes}`, requests),
        );
        const [constant = [], cached = []] = await inTurn(sides, { rounds: ROUNDS, warmUps: 4 });
        const ratios = cached.map((cost, round) => cost / (constant[round] ?? Number.NaN));
        const quartiles = [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(2)).join(' - ');
        const costs = [constant, cached].map((rounds) => median(rounds).toFixed(0));
        table.push([size, ...costs, median(ratios).toFixed(2), quartiles]);
        goals.push({ figure: `hit / constant, ${size}`, value: median(ratios), atMost });
      }
    } finally {
      agent.destroy();
      application.disconnect();
      await exited;
      await server.stop();
    }
    return { servers: `${server.name} ${server.version}`, table, goals };
  },
};

/** @returns its `Cache-Status`. */
function request(options: { port: number; agent: Agent; path: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', ...options }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${options.path}: ${response.statusCode}.`));
      response.on('end', () => resolve(String(response.headers['cache-status']))).resume();
    }).on('error', reject);
  });
}
