import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultProxy, type LocalServer, startEngine, startFaultProxy } from '../../../local/index.js';
import { installed, readinessOf } from '../../support/app.js';
import { createDatabase, queryDatabase } from '../../support/database.js';
import { build, type DistProcess, startDist } from '../../support/dist.js';
import { asGameServer, productionSettings } from '../../support/settings.js';
import { until } from '../../support/until.js';

const [kind = 'valkey'] = installed('valkey', 'redis') as ('redis' | 'valkey')[];
/** Set STOPS=100 for a long run. */
const STOPS = Number(process.env['STOPS'] ?? 2);
const LONGEST_MS = 3_500;
const CALLERS = 4;
/** Scores per caller during one stop. */
const SCORES = 5;

type Act = () => void | Promise<void>;

interface Answer {
  status: number;
  ms: number;
}

describe(
  'the healthy node while another node hangs inside a score transaction',
  { timeout: 60_000 + STOPS * 15_000 },
  () => {
    let engine: LocalServer;
    let proxy: FaultProxy;
    let databaseUrl: string;
    let stuck: DistProcess;
    let healthy: DistProcess;
    beforeAll(async () => {
      [databaseUrl, engine] = await Promise.all([createDatabase(), startEngine(kind), build()]);
      proxy = await startFaultProxy({ target: Number(new URL(databaseUrl).port) });
      const settings = productionSettings(databaseUrl, engine.url);
      healthy = await startDist(settings);
      stuck = await startDist({ ...settings, DATABASE_URL: proxy.through(databaseUrl) });
      await until(async () => (await readinessOf(healthy)).status === 'ok', 30_000);
      await until(async () => (await readinessOf(stuck)).status === 'ok', 30_000);
      await fetch(`${healthy.url}/api/leaderboards/stuck`, { method: 'PUT', ...bodyOf({ operator: 'sum' }) });
    }, 180_000);
    afterAll(async () => {
      await Promise.all([healthy?.stop(), stuck?.stop()]);
      await proxy?.stop();
      await engine?.stop();
    });

    const bodyOf = (body: object) => ({
      headers: { ...asGameServer, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });

    async function submit(node: DistProcess, playerId: string): Promise<Answer> {
      const began = performance.now();
      const submission = { submissionId: randomUUID(), playerId, score: 1 };
      const path = `${node.url}/api/leaderboards/stuck/scores`;
      const answer = await fetch(path, { method: 'POST', ...bodyOf(submission) });
      await answer.arrayBuffer();
      return { status: answer.status, ms: performance.now() - began };
    }

    /** Whether a transaction stays open. Only the stuck node can have one, because the healthy node has no load yet. */
    async function holdsTheBoard(): Promise<boolean> {
      const sql = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'
      AND clock_timestamp() - state_change > interval '50 ms'`;
      const seen = async () => (await queryDatabase(databaseUrl, sql)).length > 0;
      const endsAt = performance.now() + 200;
      while (performance.now() < endsAt) if (await seen()) return true;
      return false;
    }

    /** Sends scores to the node and stops it at different moments, until it hangs inside a transaction. */
    async function failInsideTransaction(fail: Act, recover: Act): Promise<void> {
      for (;;) {
        const over = new AbortController();
        const calling = Array.from({ length: CALLERS }, async () => {
          while (!over.signal.aborted) await submit(stuck, 'other').catch(() => undefined);
        });
        await submit(stuck, 'other');
        await fail();
        over.abort();
        void Promise.all(calling);
        if (await holdsTheBoard()) return;
        await recover();
        await Promise.all(calling);
        await until(async () => (await readinessOf(stuck)).status === 'ok');
      }
    }

    it.each<{ what: string; fail: Act; recover: Act }>([
      { what: 'stopped', fail: () => signal('SIGSTOP'), recover: () => signal('SIGCONT') },
      { what: 'cut off from PostgreSQL', fail: () => proxy.drop(), recover: () => proxy.heal() },
    ])('delays no score through another node by more than 3.5 s: $what', async ({ what, fail, recover }) => {
      const answers: Answer[] = [];
      for (let stop = 0; stop < STOPS; stop++) {
        await failInsideTransaction(fail, recover);
        const calls = Array.from({ length: CALLERS }, async () => {
          for (let i = 0; i < SCORES; i++) answers.push(await submit(healthy, 'ada'));
        });
        await Promise.all(calls);
        await recover();
        await until(async () => (await readinessOf(stuck)).status === 'ok', 20_000);
      }
      const longest = Math.round(Math.max(...answers.map(({ ms }) => ms)));
      const slow = answers.filter(({ ms }) => ms > LONGEST_MS).length;
      console.log(
        `${what}, ${STOPS} times: ${answers.length} scores, ${slow} above 3.5 s, longest ${longest} ms`,
      );
      expect(answers.filter(({ status }) => status !== 200 && status !== 202)).toEqual([]);
      expect(slow).toBe(0);
      const [standing] = await queryDatabase<{ merit: string }>(
        databaseUrl,
        `SELECT merit FROM standings WHERE board = 'stuck' AND player_id = 'ada' AND period = 'all'`,
      );
      counted += answers.length;
      expect(Number(standing?.merit)).toBe(counted);
    });

    let counted = 0;
    const signal = (name: NodeJS.Signals) => void process.kill(stuck.pid, name);
  },
);
