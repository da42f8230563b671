import { randomBytes, randomUUID } from 'node:crypto';
import { stat, truncate } from 'node:fs/promises';
import type { SessionData } from 'express-session';
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineStack, startCluster, startSentinel } from '../../../../local/index.js';
import { parseEngineUrl, RedisEngine } from '../../../../src/engine/index.js';
import { SessionsStore } from '../../../../src/sessions/index.js';
import { handleOf, sessionKey } from '../../../../src/sessions/records/sessions.keys.js';
import { redisLike } from '../../../support/app.js';
import { until } from '../../../support/until.js';
import { commandsOf } from '../../../support/commands-of.js';

/** `SESSION_RUNS=5 npx vitest run test/e2e/sessions/engine/undone` repeats each fault five times. */
const RUNS = Number(process.env['SESSION_RUNS'] ?? 1);
const SIGN_OUTS = 100;
/** Sessions that are deleted without any node knowing: the fault must restore these, otherwise it has no effect. */
const CONTROLS = 30;
const BACK_WITHIN_MS = 20_000;

/** Restored controls prove that the fault had an effect. */
const NONE_RESTORED = {
  acknowledged: expect.toSatisfy((count: number) => count > 0),
  restored: 0,
  restoredControls: expect.toSatisfy((count: number) => count > 0),
};

interface Node {
  engine: RedisEngine;
  store: SessionsStore;
}

/** Actions that a fault can take in between. */
interface Steps {
  /** A share of all sessions. */
  signOut: (share: number) => Promise<void>;
  deleteControls: () => Promise<void>;
}

const TOPOLOGIES = [
  [
    'Sentinel',
    (patienceMs: number) => startSentinel(redisLike(), { downAfterMilliseconds: patienceMs }),
    'primary',
    'replica-1',
  ],
  [
    'a cluster',
    (patienceMs: number) => startCluster(redisLike(), { nodeTimeoutMilliseconds: patienceMs }),
    'shard-1',
    'shard-1-replica-1',
  ],
] as const;

describe.each(TOPOLOGIES)('acknowledged sign-outs on %s', (how, start, primary, replica) => {
  const keyPrefix = randomUUID();
  const sealingKeys = [randomBytes(32).toString('base64')];
  const nodes: Node[] = [];
  let stack: EngineStack;
  afterEach(async () => {
    for (const { engine } of nodes.splice(0)) engine.close();
    await stack.stop();
  });

  async function startNode(): Promise<Node> {
    const engine = new RedisEngine(parseEngineUrl(stack.url), 2_000);
    engine.start();
    const store = new SessionsStore({
      engine,
      keyPrefix,
      sealingKeys,
      idleSeconds: 600,
      absoluteSeconds: 600,
    });
    nodes.push({ engine, store });
    await until(() => engine.isReady && engine.report().reason === null, BACK_WITHIN_MS);
    return { engine, store };
  }

  async function signIn({ store }: Node): Promise<string> {
    const id = randomUUID();
    await store.set(id, { cookie: { originalMaxAge: null } } as SessionData);
    return id;
  }

  const signInEach = (node: Node, count: number) =>
    Promise.all(Array.from({ length: count }, () => signIn(node)));
  /** Signs out on both nodes in turn. @returns the acknowledged ids. */
  async function signOutEach(ids: string[], [here, there]: readonly [Node, Node]): Promise<string[]> {
    const signOut = async (id: string, i: number) =>
      (i % 2 === 0 ? here : there).store.destroy(id).then(
        () => id,
        () => undefined,
      );
    const answers = await Promise.all(ids.map(signOut));
    return answers.filter((id) => id !== undefined);
  }
  /** How many sessions a node accepts, and whether its engine answered for all. */
  async function look(ids: string[], { store }: Node): Promise<{ there: number; isWhole: boolean }> {
    const answers = await Promise.allSettled(ids.map((id) => store.get(id)));
    const found = answers.filter((answer) => answer.status === 'fulfilled');
    const there = found.filter(({ value }) => value !== null).length;
    return { there, isWhole: found.length === ids.length };
  }

  /** Signs sessions out around a fault, and counts those that a node accepts afterwards. */
  async function count(patienceMs: number, fault: (steps: Steps) => Promise<void>) {
    stack = await start(patienceMs);
    const both = [await startNode(), await startNode()] as const;
    const [here] = both;
    const left = await signInEach(here, SIGN_OUTS);
    const controls = await signInEach(here, CONTROLS);
    await until(async () => (await replicaLag()) === 0);
    const acknowledged: string[] = [];
    let seenAgain = 0;
    await fault({
      signOut: async (share) => {
        acknowledged.push(...(await signOutEach(left.splice(0, SIGN_OUTS * share), both)));
      },
      deleteControls: async () => {
        for (const id of controls) await commandsOf(here.engine).unlink(sessionKey(keyPrefix, handleOf(id)));
      },
    });
    // The nodes that acknowledged the sign-outs never accept one of the sessions.
    await until(async () => {
      const looks = await Promise.all(both.map((node) => look(acknowledged, node)));
      for (const { there } of looks) seenAgain += there;
      return looks.every(({ isWhole }) => isWhole);
    }, BACK_WITHIN_MS);
    // A new node knows of no sign-out, so it shows what the servers have.
    const other = await startNode();
    await until(async () => {
      const { there, isWhole } = await look(acknowledged, other);
      return isWhole && there === 0;
    }, BACK_WITHIN_MS);
    const { there: brought } = await look(controls, other);
    return { acknowledged: acknowledged.length, restored: seenAgain, restoredControls: brought };
  }

  async function replicaLag(): Promise<number> {
    const info = String(await stack.node(primary).command('INFO', 'replication'));
    const offset = Number(/^master_repl_offset:(\d+)/m.exec(info)?.[1]);
    const acknowledged = Number(/offset=(\d+),lag/.exec(info)?.[1] ?? -1);
    return offset - acknowledged;
  }

  const runs = Array.from({ length: RUNS }, (_, run) => run + 1);

  it.each(runs)(
    'hold after a partition with broken replica links and a promotion, run %i',
    { timeout: 60_000 },
    async () => {
      const counts = await count(1_000, async ({ signOut, deleteControls }) => {
        await signOut(0.5);
        const cut = stack.node(primary);
        for (const command of ['-psync', '-sync']) await cut.command('ACL', 'SETUSER', 'default', command);
        await cut.command('CLIENT', 'KILL', 'TYPE', 'replica');
        await until(async () => /connected_slaves:0/.test(String(await cut.command('INFO', 'replication'))));
        await signOut(0.5);
        await deleteControls();
        await cut.kill();
        const role = async () => String(await stack.node(replica).command('ROLE'));
        await until(async () => (await role()).startsWith('master'), BACK_WITHIN_MS);
      });
      console.info(`partition on ${how}: ${JSON.stringify(counts)}`);
      expect(counts).toEqual(NONE_RESTORED);
    },
  );

  it.each(runs)('hold after a restart from an older snapshot, run %i', { timeout: 60_000 }, async () => {
    const counts = await count(10_000, async ({ signOut, deleteControls }) => {
      const [, directory] = (await stack.node(primary).command('CONFIG', 'GET', 'dir')) as [string, string];
      // Truncating the log of writes to its present size makes an older snapshot.
      const log = `${directory}/appendonlydir/appendonly.aof.1.incr.aof`;
      const { size } = await stat(log);
      await signOut(1);
      await deleteControls();
      await stack.node(primary).kill();
      await truncate(log, size);
      await stack.node(primary).restart();
    });
    console.info(`older snapshot on ${how}: ${JSON.stringify(counts)}`);
    expect(counts).toEqual(NONE_RESTORED);
  });
});
