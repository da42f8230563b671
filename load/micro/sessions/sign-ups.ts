import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { largest, quantile } from '../../measuring/statistics.js';
import type { ServersScenario } from '../../scenario.js';
import { startAppNodes } from '../app-nodes.js';

const AT_ONCE = 600;
const PAUSE_MS = 5;
const GOAL_MS = 100;
const FLOODS = ['sign-ups', 'sign-ins'] as const;

/** What a flood of passwords to hash costs everybody else. */
export const signUps: ServersScenario = {
  name: 'sign-ups',
  question: 'How much do 600 concurrent sign-ups or sign-ins slow down other requests?',
  needs: 'servers',
  uses: ['rounds'],
  seconds: ({ rounds }) => 10 + 16 * rounds,
  method:
    `Latency of GET /health/live, asked every ${PAUSE_MS} ms over one connection, while another process sends ${AT_ONCE} sign-ups, or sign-ins with wrong passwords, at\n` +
    `once. Each round is a flood of each kind; the limits per address are lifted, as if each came from an address of its own.`,
  async measure({ options, say }) {
    say('starts the application');
    const settings = { SIGN_UPS_PER_ADDRESS: '100000', SIGN_IN_FAILURES_PER_ADDRESS: '100000' };
    const app = await startAppNodes({ settings });
    const [port = 0] = app.ports;
    const floods: Flooded[] = [];
    try {
      for (const what of FLOODS) {
        say(what);
        const rounds: Flooded[] = [];
        for (let round = 0; round < options.rounds; round++) rounds.push(await flood(port, what));
        floods.push({
          what,
          latencies: rounds.flatMap((each) => each.latencies),
          answers: rounds[0]?.answers ?? '',
        });
      }
    } finally {
      await app.stop();
    }
    return {
      servers: app.servers,
      tables: [
        {
          title: 'latency of other requests',
          rows: [
            ['flood', 'answers of the first', 'asked', 'p50 ms', 'p99 ms', 'max ms'],
            ...floods.map(cellsOf),
          ],
        },
      ],
      figures: floods.map(({ what, latencies }) => ({
        figure: `p99 of /health/live, ${AT_ONCE} ${what} at once`,
        value: quantile(latencies, 0.99),
        atMost: GOAL_MS,
        unit: 'ms',
      })),
    };
  },
};

interface Flooded {
  readonly what: string;
  readonly latencies: number[];
  /** For example "65 x 201, 535 x 503". */
  readonly answers: string;
}

function cellsOf({ what, answers, latencies }: Flooded): string[] {
  const figures = [quantile(latencies, 0.5), quantile(latencies, 0.99), largest(latencies)];
  return [what, answers, `${latencies.length}`, ...figures.map((ms) => ms.toFixed(1))];
}

async function flood(port: number, what: string): Promise<Flooded> {
  const sender = fork(fileURLToPath(new URL('sign-ups.process.js', import.meta.url)), [
    `${port}`,
    what,
    `${AT_ONCE}`,
  ]);
  const exited = once(sender, 'exit');
  const answers = once(sender, 'message').then(([message]) => String(message));
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const latencies: number[] = [];
  const over = new AbortController();
  void answers.finally(() => over.abort());
  while (!over.signal.aborted) {
    const askedAt = performance.now();
    await ask({ port, agent });
    latencies.push(performance.now() - askedAt);
    await delay(PAUSE_MS);
  }
  agent.destroy();
  await exited;
  return { what, latencies, answers: await answers };
}

function ask(options: { port: number; agent: Agent }): Promise<void> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', path: '/health/live', ...options }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`/health/live: ${response.statusCode}.`));
      response.on('end', resolve).resume();
    }).on('error', reject);
  });
}
