import { Logger } from '@nestjs/common';
import {
  type ClientResult,
  compareClients,
  type Comparison,
} from '../../load/micro/clients/fault-comparison.js';
import { installedClients, MISSING_CLIENTS } from '../../load/micro/clients/installed-clients.js';
import { ownEngine } from '../../load/micro/clients/own-engine.js';
import { startFaultStack } from '../../test/support/faults/fault-stack.js';
import type { Call } from '../../test/support/faults/call.js';
import { killed, paused } from '../../test/support/faults/faults.js';
import type { Experiment, Figure, Observation, Scene } from '../experiment.js';
import { type TimedCall, type Timeline, timelineOf } from '../timeline/timeline.js';

const FAULTS = [killed, paused];
/** A client that has not recovered then is not watched any longer. */
const RECOVERS_WITHIN_MS = 10_000;
/** Longest duration of a call in the timeline. */
const MOST_MS = 3_000;
const QUICK_RECOVERS_WITHIN_MS = 3_000;

export const clients: Experiment = {
  name: 'clients',
  claim:
    'When a primary dies or freezes, no call of our client hangs, and no call that it reports as failed was executed.',
  method:
    'node-redis and our client, with iovalkey and GLIDE if they are installed (`npm ci --prefix load/micro/clients`), each at its best settings with a deadline of 300 ms, send 200 calls a second, GET and INCRBY in turn, while the primary gets kill -9, and then SIGSTOP for 10 s. A call hangs if it is not settled 50 ms after its deadline. Each INCRBY has a key and an amount of its own, so the replies and the servers show what was executed, and whose reply each was. Recovery is counted from the promotion on. GLIDE has no client for Sentinel, so it stays at the old primary.',
  topologies: ['sentinel', 'cluster'],
  seconds: ({ quick }) => (quick ? 40 : 60),
  async run(scene): Promise<Observation> {
    // Outages are what it is about, and the engine would log each of them.
    Logger.overrideLogger(false);
    const { kinds, isComplete } = installedClients();
    const figures: Figure[] = [];
    const timelines: Timeline[] = [];
    for (const fault of FAULTS) {
      scene.say(fault.name);
      const site = { kind: scene.engine, topology: topologyOf(scene), tls: false };
      const recoversWithinMs = scene.quick ? QUICK_RECOVERS_WITHIN_MS : RECOVERS_WITHIN_MS;
      const startServers: typeof startFaultStack = (...args) => scene.start(startFaultStack(...args));
      const options = { recoversWithinMs, startServers };
      const comparison = await compareClients(fault, site, kinds, options);
      figures.push(...figuresOf(fault.name, comparison));
      timelines.push(timelineOfCalls(fault.name, comparison));
    }
    const caveats = [
      'Our client reports a call as unknown if it was sent and not answered. The others report it as failed, although the server may have executed it.',
      'Replication is asynchronous: what the old primary acknowledged last can be lost with every client.',
    ];
    return { figures, timelines, caveats: isComplete ? caveats : [...caveats, MISSING_CLIENTS] };
  },
  answers: (worst) =>
    FAULTS.map(
      ({ name }) =>
        `${name}: ${worst(`${name}: hung`)} calls of our client hung, ${worst(`${name}: executed, although reported as failed`)} were executed although it reported them as failed, and ${worst(`${name}: doubled`)} were executed twice. It recovered ${worst(`${name}: seconds to recover`)} after the promotion. node-redis: ${worst(`${name}: hung`, 'node-redis')}, ${worst(`${name}: executed, although reported as failed`, 'node-redis')}, ${worst(`${name}: doubled`, 'node-redis')} and ${worst(`${name}: seconds to recover`, 'node-redis')}.`,
    ),
};

function topologyOf({ topology }: Scene): 'sentinel' | 'cluster' {
  return topology === 'cluster' ? 'cluster' : 'sentinel';
}

function figuresOf(fault: string, { results, strayErrors }: Comparison): Figure[] {
  const each = (valueOf: (result: ClientResult) => number | null) =>
    Object.fromEntries(results.map((result) => [sideOf(result), valueOf(result)]));
  const none = { side: 'module', atMost: 0 };
  return [
    { name: `${fault}: calls`, values: each(({ calls }) => calls) },
    { name: `${fault}: hung`, values: each(({ late }) => late), goal: none },
    { name: `${fault}: reported as failed`, values: each(({ failed }) => failed) },
    { name: `${fault}: reported as unknown`, values: each(({ unknown }) => unknown) },
    {
      name: `${fault}: executed, although reported as failed`,
      values: each(({ executedAfterFailure }) => executedAfterFailure),
      goal: none,
    },
    { name: `${fault}: doubled`, values: each(({ executedTwice }) => executedTwice), goal: none },
    {
      name: `${fault}: replies to another call`,
      values: each(({ foreignReplies }) => foreignReplies),
      goal: none,
    },
    { name: `${fault}: acknowledged and lost`, values: each(({ lost }) => lost) },
    // The clients share one process, so a rejection cannot be assigned to one of them.
    {
      name: `${fault}: unhandled rejections`,
      values: { 'all clients': strayErrors.length },
      goal: { side: 'all clients', atMost: 0 },
    },
    {
      name: `${fault}: seconds to recover`,
      unit: 's',
      values: each(({ recoveryMs }) => (recoveryMs === undefined ? null : recoveryMs / 1000)),
      goal: { side: 'module', atMost: 1 },
    },
  ];
}

/** A call that is reported as unknown counts as failed. */
function timelineOfCalls(fault: string, { results, sent, times }: Comparison): Timeline {
  const starts = sent
    .flatMap(({ calls }) => calls.map(({ startedAt }) => startedAt))
    .toSorted((a, b) => a - b);
  const [startedAt = 0, endedAt = 0] = [starts[0], starts.at(-1)];
  const sides = sent.map(({ client, calls, late }) => ({
    name: sideOf({ client }),
    attempts: calls.map((call) => timed(call, late.includes(call))),
  }));
  const marks = [
    { at: times.struckAt, what: fault },
    { at: times.repairedAt, what: 'promotion' },
    ...results.flatMap((result) =>
      result.recoveryMs === undefined
        ? []
        : [{ at: times.repairedAt + result.recoveryMs, what: `${sideOf(result)} has recovered` }],
    ),
  ].toSorted((a, b) => a.at - b.at);
  return timelineOf({ title: `calls, ${fault}`, startedAt, endedAt, sides, marks, samples: [] });
}

function timed(call: Call, isLate: boolean): TimedCall {
  const { startedAt, settledAt = Infinity, outcome } = call;
  const ms = Math.min(settledAt - startedAt, MOST_MS);
  return { startedAt, ms, outcome: isLate || !outcome ? 'hung' : outcome === 'done' ? 'ok' : 'failed' };
}

/** The report calls our side the module. */
function sideOf({ client }: Pick<ClientResult, 'client'>): string {
  return client === ownEngine.name ? 'module' : client;
}
