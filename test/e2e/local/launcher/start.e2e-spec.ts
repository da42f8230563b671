import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../../../local/machine/free-port.js';
import { type LocalPostgres, startPostgres } from '../../../../local/index.js';
import { redisLike, redisLikes } from '../../../support/app.js';
import { Program, survivors } from '../program.js';

// The first test may have to build the app.
const READY_WITHIN_SECONDS = 120;
const TIMEOUT = 150_000;

let database: LocalPostgres;
let launcher: Program;

beforeAll(async () => {
  // Uses a separate database, so that the tests do not reload the developer's data in .data.
  database = await startPostgres();
});

afterEach(async () => {
  launcher.process.kill('SIGKILL');
  await launcher.exited;
});

afterAll(async () => {
  await database?.stop();
});

async function start(...args: string[]): Promise<number> {
  const port = await freePort();
  launcher = new Program('local/start.ts', args, {
    PORT: `${port}`,
    DATABASE_URL: database.url,
    ENGINE_URL: '',
    CACHE_ENGINE_URL: '',
    DATASET_ROWS: '5000',
  });
  return port;
}

function pids(): number[] {
  return launcher.lines.flatMap((line) => /\bpid (\d+)/.exec(line)?.[1] ?? []).map(Number);
}

describe('npm start', () => {
  it(
    'starts the stack, restarts a killed engine, and stops everything on SIGTERM',
    async () => {
      const port = await start();
      await launcher.says(new RegExp(`^ready http://localhost:${port}`), READY_WITHIN_SECONDS);
      await expect
        .poll(async () => (await fetch(`http://localhost:${port}/health/ready`)).status, { timeout: 10_000 })
        .toBe(200);
      const [, engine] = await launcher.says(/^engine .*pid (\d+)/);
      process.kill(Number(engine), 'SIGKILL');
      await launcher.says(/^engine .*was killed by SIGKILL\. Restarting it in 3 s$/);
      await launcher.says(/^engine .*is running again \(pid \d+\)$/);
      launcher.process.kill('SIGTERM');
      expect(await launcher.exitCode()).toBe(0);
      expect(await survivors(pids())).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'leaves no process behind after SIGKILL',
    async () => {
      await start('--engine', 'memcached');
      await launcher.says(/^ready /, READY_WITHIN_SECONDS);
      expect(pids().length).toBeGreaterThanOrEqual(3);
      launcher.process.kill('SIGKILL');
      expect(await survivors(pids())).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    'reports an app node that was killed, stops everything and exits with 1',
    async () => {
      const port = await start();
      await launcher.says(/^ready /, READY_WITHIN_SECONDS);
      const [, node] = await launcher.says(/^app .*pid (\d+)/);
      process.kill(Number(node), 'SIGKILL');
      expect(await launcher.exitCode()).toBe(1);
      expect(launcher.lines.at(-1)).toBe(
        `The app node on port ${port} (pid ${node}) was killed by SIGKILL. Stopping everything.`,
      );
      expect(await survivors(pids())).toEqual([]);
    },
    TIMEOUT,
  );

  it.each([
    ['sentinel', redisLikes().at(-1) ?? redisLike(), 'sentinel-3', 6],
    ['cluster', redisLike(), 'shard-3-replica-1', 6],
  ])(
    'starts a %s stack of %s with TLS, lists its nodes, and leaves no process behind after SIGKILL',
    async (topology, engine, last, nodes) => {
      await start('--topology', topology, '--engine', engine, '--tls');
      await launcher.says(new RegExp(`^engine +${engine}s\\+${topology}://127.*ca=.*started in`));
      await launcher.says(new RegExp(`^engine +${last} .*pid \\d+`));
      const enginePids = launcher.lines.filter((line) => /^engine .* pid \d+/.test(line));
      expect(enginePids).toHaveLength(nodes);
      launcher.process.kill('SIGKILL');
      expect(await survivors(pids())).toEqual([]);
    },
    TIMEOUT,
  );

  it('rejects a port in use before it starts anything', async () => {
    launcher = new Program('local/start.ts', [], { PORT: `${database.port}`, DATABASE_URL: database.url });
    expect(await launcher.exitCode()).toBe(1);
    const lines = launcher.lines.filter(Boolean);
    expect(lines).toEqual([
      expect.stringMatching(`^Port ${database.port} is in use. Choose another one: PORT=\\d+ npm start$`),
    ]);
  });

  it('exits with 2 and one sentence when an option is unknown', async () => {
    launcher = new Program('local/start.ts', ['--frobnicate']);
    expect(await launcher.exitCode()).toBe(2);
    expect(launcher.lines).toEqual(["Unknown option '--frobnicate'. See npm start -- --help."]);
  });
});
