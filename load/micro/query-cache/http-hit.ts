import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startEngine } from '../../../local/index.js';
import { inTurn } from '../../measuring/in-turn.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { HttpClient } from './http-client.js';
import { until } from '../engine/open-engine.js';
import { median, quantile } from '../../measuring/statistics.js';

const CASES = [
  { size: '2 KB', bytes: 2_000, requests: 1_500, normalAtMost: 0.9, fastAtMost: 1.6 },
  { size: '100 KB', bytes: 100_000, requests: 400, normalAtMost: 0.35, fastAtMost: 1.4 },
] as const;
const ROUNDS = 12;
const CONNECTIONS = 20;

/** In microseconds per request. */
interface Cost {
  cpu: number;
  time: number;
}

/** What a hit costs a server, compared with a handler that returns a constant and with Node's HTTP server alone. */
export const httpHit: ServersScenario = {
  name: 'http-hit',
  question: 'What does a hit over HTTP cost, compared with a constant handler and with bare node:http?',
  needs: 'servers',
  seconds: () => 90,
  method:
    `Server CPU (user + system) per request, and requests per second, of one process: a Nest handler that returns a constant object; a local hit that\n` +
    `returns it, the normal way and by @FastLane(); a node:http listener that writes the same bytes and headers. ${ROUNDS} rounds of each in turn, ${CONNECTIONS}\n` +
    `connections; the client is another process. Medians of the rounds, and of the ratios of one turn.`,
  async measure({ say }) {
    const server = await startEngine('valkey');
    const application = fork(fileURLToPath(new URL('http-hit.process.js', import.meta.url)), [server.url]);
    const exited = once(application, 'exit');
    await once(application, 'message');
    const ports = (await ask(application, 'ports')) as { nest: number; bare: number };
    const nest = await HttpClient.open(ports.nest, CONNECTIONS);
    const bare = await HttpClient.open(ports.bare, CONNECTIONS);
    const table = [
      ['answer', 'server', 'CPU µs', 'requests/s', 'CPU / constant', 'quartiles', 'CPU / bare', 'quartiles'],
    ];
    const figures: Figure[] = [];
    try {
      for (const { size, bytes, requests, normalAtMost, fastAtMost } of CASES) {
        say(size);
        const fast = `/fast/${bytes}`;
        await until('it is in the local tier', async () => {
          const headers = (await ask(application, { record: fast })) as Record<string, string>;
          return /detail=local/.test(String(headers['cache-status']));
        });
        const costs: Cost[][] = [[], [], [], []];
        const sides = [
          ['constant', nest, `/constant/${bytes}`],
          ['normal way', nest, `/cached/${bytes}`],
          ['fast lane', nest, fast],
          ['bare node:http', bare, fast],
        ] as const;
        const measured = sides.map(([, client, path], side) => async () => {
          const cost = await costOf(application, { client, path, requests });
          costs[side]?.push(cost);
          return cost.cpu;
        });
        const cpu = await inTurn(measured, { rounds: ROUNDS, warmUps: 4 });
        const ratios = (side: number, to: number) =>
          (cpu[side] ?? []).map((cost, round) => cost / (cpu[to]?.[round] ?? Number.NaN));
        for (const [side, [name]] of sides.entries()) {
          const perSecond = median((costs[side] ?? []).slice(-ROUNDS).map(({ time }) => 1e6 / time));
          const figures = [median(cpu[side] ?? []).toFixed(0), Math.round(perSecond).toLocaleString('en-US')];
          table.push([size, name, ...figures, ...summary(ratios(side, 0)), ...summary(ratios(side, 3))]);
        }
        figures.push(
          { figure: `normal way / constant, ${size}`, value: median(ratios(1, 0)), atMost: normalAtMost },
          { figure: `fast lane / bare node:http, ${size}`, value: median(ratios(2, 3)), atMost: fastAtMost },
        );
      }
    } finally {
      nest.close();
      bare.close();
      application.disconnect();
      await exited;
      await server.stop();
    }
    return {
      servers: `${server.name} ${server.version}`,
      tables: [{ title: 'server CPU per request', rows: table }],
      figures,
    };
  },
};

async function ask(application: ChildProcess, message: string | object): Promise<unknown> {
  const answer = once(application, 'message');
  application.send(message);
  return (await answer)[0];
}

async function costOf(
  application: ChildProcess,
  { client, path, requests }: { client: HttpClient; path: string; requests: number },
): Promise<Cost> {
  const before = Number(await ask(application, 'cpu'));
  const startedAt = performance.now();
  await client.get(path, requests);
  const time = ((performance.now() - startedAt) * 1_000) / requests;
  return { cpu: (Number(await ask(application, 'cpu')) - before) / requests, time };
}

function summary(ratios: readonly number[]): string[] {
  return [
    median(ratios).toFixed(2),
    [0.25, 0.75].map((share) => quantile(ratios, share).toFixed(2)).join(' - '),
  ];
}
