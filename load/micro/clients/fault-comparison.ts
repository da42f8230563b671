import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { type Call, isWrite } from '../../../test/support/faults/call.js';
import { becomesTrue } from '../../../test/support/faults/condition.js';
import { type FaultStack, type Site, startFaultStack } from '../../../test/support/faults/fault-stack.js';
import type { Fault } from '../../../test/support/faults/fault.js';
import { findDiscrepancies, readState } from '../../../test/support/faults/final-state.js';
import { StrayErrors } from '../../../test/support/faults/stray-errors.js';
import { isDelayedByTheLoop, lateCalls, tally } from '../../../test/support/faults/tally.js';
import { Traffic } from '../../../test/support/faults/traffic.js';
import { Heartbeat } from '../../../test/support/heartbeat.js';
import { openEngine } from '../engine/open-engine.js';
import { type ClientKind, type ComparedClient, serversOf, TIMEOUT_MS } from './compared-client.js';
import { recoveryMs } from './recovery.js';

const MIX = ['read', 'increment'] as const;
const STEADY_WITHIN_MS = 20_000;
/** Some clients never recover. */
const RECOVERS_WITHIN_MS = 10_000;
const AFTERMATH_MS = 1_000;
/** So large that no amount is a multiple of another one. */
const LEAST_AMOUNT = 1_000_000;

/** What one client did during one fault. */
export interface ClientResult {
  readonly client: string;
  readonly calls: number;
  /** Later than 50 ms after its deadline, or never. */
  readonly late: number;
  /** Reported as failed or refused. */
  readonly failed: number;
  /** Reported as unknown: written, and not answered. Only the engine does that. */
  readonly unknown: number;
  readonly executedAfterFailure: number;
  readonly executedTwice: number;
  readonly lost: number;
  /** Replies with the value of another counter. A read that gets the empty reply of another one does not show. */
  readonly foreignReplies: number;
  readonly unknownExecuted: number;
  /** Undefined if the client did not recover while it was watched. */
  readonly recoveryMs: number | undefined;
}

export interface ComparisonOptions {
  /** How long clients that do not recover are watched. */
  readonly recoversWithinMs?: number;
  readonly startServers?: typeof startFaultStack;
}

export interface Comparison {
  readonly results: readonly ClientResult[];
  /** Unhandled rejections and exceptions, of any client. */
  readonly strayErrors: readonly unknown[];
  readonly sent: readonly Sent[];
  readonly times: Times;
}

interface Sent {
  readonly client: string;
  readonly calls: readonly Call[];
  /** Those that settled too late, without those that only the event loop of this process delayed. */
  readonly late: readonly Call[];
}

/** As of `performance.now()`. */
interface Times {
  readonly struckAt: number;
  /** From when clients could recover: the servers promoted another primary, or the fault was repaired. */
  readonly repairedAt: number;
}

interface Side {
  readonly name: string;
  readonly client: ComparedClient;
  readonly traffic: Traffic;
  readonly replies: { foreign: number };
}

/** Sends the same traffic through all clients at once, to the same servers, while a fault happens. */
export async function compareClients(
  fault: Fault,
  site: Site,
  kinds: readonly ClientKind[],
  { recoversWithinMs = RECOVERS_WITHIN_MS, startServers = startFaultStack }: ComparisonOptions = {},
): Promise<Comparison> {
  const stack = await startServers(site, fault.stack);
  const heartbeat = new Heartbeat();
  // A client that rejects a promise of its own must not end the comparison.
  const strays = new StrayErrors();
  const sides: Side[] = [];
  try {
    for (const kind of kinds) sides.push(await openSide(kind, fault, stack));
    heartbeat.start();
    const times = await runFault(fault, { stack, sides, recoversWithinMs });
    const primaries = await stack.primaries();
    const results = await Promise.all(
      sides.map(async ({ name, replies, traffic: { calls, prefix } }): Promise<ClientResult> => {
        const state = executionsIn(await readState(primaries, prefix));
        const toVictim = calls.filter(({ tag }) => stack.concerns(tag));
        const recovery = recoveryMs(toVictim, state, times.repairedAt);
        const judged = judge(calls, state, heartbeat);
        return { client: name, ...judged, foreignReplies: replies.foreign, recoveryMs: recovery };
      }),
    );
    const sent = sides.map(({ name, traffic: { calls } }) => ({
      client: name,
      calls,
      late: lateIn(calls, heartbeat),
    }));
    return { results, strayErrors: strays.errors, sent, times };
  } finally {
    heartbeat.stop();
    for (const { client } of sides) client.close();
    await stack.stop();
    strays.stop();
  }
}

async function openSide(kind: ClientKind, fault: Fault, stack: FaultStack): Promise<Side> {
  const client = await kind.open(serversOf(stack, fault.stack?.proxied ?? false));
  const replies = { foreign: 0 };
  const send = async ({ kind, key }: Call) => {
    const amount = amountOf(key);
    const isRead = kind === 'read';
    const reply = await (isRead ? client.get(key) : client.increment(key, amount));
    const executions = Number(reply) / amount;
    const isOwn = (isRead && reply === null) || (executions > 0 && Number.isInteger(executions));
    if (!isOwn) replies.foreign += 1;
    return isOwn ? executions : NaN;
  };
  const traffic = new Traffic(send, { ...fault.traffic, mix: MIX });
  return { name: kind.name, client, traffic, replies };
}

/** Each counter has an amount of its own, so that its value shows whose it is. A key ends with the number of its call. */
function amountOf(key: string): number {
  return LEAST_AMOUNT + Number(key.split(':').at(-1));
}

/** How often each counter was incremented. */
function executionsIn(state: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  return new Map([...state].map(([key, value]) => [key, value / amountOf(key)]));
}

async function runFault(
  fault: Fault,
  { stack, sides, recoversWithinMs }: { stack: FaultStack; sides: readonly Side[]; recoversWithinMs: number },
): Promise<Times> {
  const engine = await openEngine(stack.url);
  try {
    for (const { traffic } of sides) traffic.start();
    await allSteady(sides, STEADY_WITHIN_MS);
    await becomesTrue('the replicas acknowledge', () => stack.isReplicated());
    let promotedAt: number | undefined;
    const struckAt = performance.now();
    await fault.strike({
      stack,
      engine,
      promoted: async () => {
        promotedAt = await becomesTrue('the servers promote another primary', () => stack.hasPromoted());
      },
      steady: () => recovered(sides, recoversWithinMs),
    });
    const repairedAt = promotedAt ?? performance.now();
    await recovered(sides, recoversWithinMs);
    await wait(AFTERMATH_MS);
    return { struckAt, repairedAt };
  } finally {
    await Promise.all(sides.map(({ traffic }) => traffic.stop()));
    engine.close();
  }
}

async function allSteady(sides: readonly Side[], withinMs: number): Promise<void> {
  const isSteady = () => sides.every(({ traffic }) => traffic.isSteady(TIMEOUT_MS));
  await becomesTrue('the calls of all clients succeed', isSteady, withinMs);
}

/** Resolves when all clients have recovered, or after a limit. */
function recovered(sides: readonly Side[], withinMs: number): Promise<void> {
  return allSteady(sides, withinMs).catch(() => undefined);
}

function lateIn(calls: readonly Call[], heartbeat: Heartbeat): Call[] {
  return lateCalls(calls, TIMEOUT_MS).filter((call) => !isDelayedByTheLoop(call, TIMEOUT_MS, heartbeat));
}

function judge(calls: readonly Call[], state: ReadonlyMap<string, number>, heartbeat: Heartbeat) {
  const { ghosts, doubled, lost } = findDiscrepancies(calls, state);
  const { failed, refused, unknown } = tally(calls, TIMEOUT_MS);
  const late = lateIn(calls, heartbeat);
  return {
    calls: calls.length,
    failed: failed + refused,
    unknown,
    late: late.length + calls.filter(({ outcome }) => !outcome).length,
    executedAfterFailure: ghosts.length,
    executedTwice: doubled.length,
    lost: lost.length,
    unknownExecuted: calls.filter(
      (call) => isWrite(call) && call.outcome === 'unknown' && state.has(call.key),
    ).length,
  };
}
