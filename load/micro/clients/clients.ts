import type { Site } from '../../../test/support/faults/fault-stack.js';
import type { Fault } from '../../../test/support/faults/fault.js';
import { halfOpened, killed, paused, readOnly } from '../../../test/support/faults/faults.js';
import { resharded } from '../../../test/support/faults/topology-changes.js';
import type { ServersScenario, Figure } from '../../scenario.js';
import { TIMEOUT_MS } from './compared-client.js';
import { type ClientResult, compareClients } from './fault-comparison.js';
import { installedClients, MISSING_CLIENTS } from './installed-clients.js';
import { ownEngine } from './own-engine.js';

const TRIALS = [
  ...trialsOn('standalone', [paused, halfOpened, killed, readOnly]),
  ...trialsOn('sentinel', [killed, paused, halfOpened, readOnly]),
  ...trialsOn('cluster', [killed, paused, halfOpened, readOnly, resharded]),
];

/** Compares clients at their best settings, with the same traffic on the same servers at the same time. */
export const clients: ServersScenario = {
  name: 'clients',
  question: 'How do node-redis, iovalkey, GLIDE and src/engine behave during thirteen faults?',
  needs: 'servers',
  uses: [],
  isLong: true,
  seconds: () => 180,
  method:
    `Each client sends 200 calls a second, GET and INCRBY in turn, each INCRBY with its own key and amount, deadline ${TIMEOUT_MS} ms. Late: ${TIMEOUT_MS + 50} ms after the start, or never.\n` +
    'Only src/engine reports the outcome "unknown" (written, not answered): each rejection of another client counts as reported failed. Recovery: from\n' +
    'the promotion, or from the repair, to the first half second in which all calls to the victim succeeded. Then the keys are read from the servers.',
  async measure({ say }) {
    const { kinds, isComplete } = installedClients();
    if (!isComplete) say(MISSING_CLIENTS);
    const rows: string[][] = [HEADER];
    const own: ClientResult[] = [];
    for (const trial of chosenTrials(process.env['CLIENT_FAULTS'])) {
      say(trial.name);
      const { results } = await compareClients(trial.fault, trial.site, kinds);
      rows.push(...results.map((result) => rowOf(trial.name, result)));
      own.push(...results.filter(({ client }) => client === ownEngine.name));
    }
    return {
      servers: 'Redis, plain',
      tables: [{ title: 'calls during a fault', rows }],
      figures: figuresOf(own),
    };
  },
};

interface Trial {
  readonly name: string;
  readonly fault: Fault;
  readonly site: Site;
}

const HEADER = [
  'fault', 'client', 'calls', 'settled late', 'executed after reported failed', 'executed twice',
  'replies to another call', 'acknowledged and lost', 'unknown and executed', 'seconds to recover',
]; // prettier-ignore

function trialsOn(topology: Site['topology'], faults: readonly Fault[]): Trial[] {
  return faults.map((fault) => ({
    name: `${topology} ${fault === readOnly && topology !== 'standalone' ? 'planned failover' : fault.name}`,
    fault,
    site: { kind: 'redis', topology, tls: false },
  }));
}

/** `CLIENT_FAULTS=sentinel,cluster SIGSTOP` selects the trials whose names contain one of these. */
function chosenTrials(wanted = ''): Trial[] {
  const parts = wanted.split(',').map((part) => part.trim().toLowerCase());
  const chosen = TRIALS.filter(({ name }) => parts.some((part) => name.toLowerCase().includes(part)));
  if (chosen.length > 0) return chosen;
  const names = TRIALS.map(({ name }) => name).join(', ');
  throw new Error(`CLIENT_FAULTS matches no fault. Use parts of these names, separated by commas: ${names}.`);
}

function rowOf(fault: string, result: ClientResult): string[] {
  const { client, calls, late, executedAfterFailure, executedTwice, lost, unknownExecuted } = result;
  const { foreignReplies } = result;
  const counts = [
    calls,
    late,
    executedAfterFailure,
    executedTwice,
    foreignReplies,
    lost,
    unknownExecuted,
  ].map(String);
  const recovery = result.recoveryMs === undefined ? 'never' : (result.recoveryMs / 1000).toFixed(1);
  return [fault, client, ...counts, recovery];
}

function figuresOf(own: readonly ClientResult[]): Figure[] {
  const none = (figure: string, count: (result: ClientResult) => number): Figure => ({
    figure: `${ownEngine.name}: ${figure}`,
    value: own.reduce((sum, result) => sum + count(result), 0),
    atMost: 0,
  });
  return [
    none('settled late', ({ late }) => late),
    none('executed after reported failed', ({ executedAfterFailure }) => executedAfterFailure),
    none('executed twice', ({ executedTwice }) => executedTwice),
    none('replies to another call', ({ foreignReplies }) => foreignReplies),
  ];
}
