import { signal, type ReadonlySignal } from '@preact/signals';
import type { Problem } from '../http/request.js';
import { askSide, type Side, type SideTimes } from './side.js';

export type SideState =
  | { kind: 'waiting' }
  | { kind: 'asking' }
  | { kind: 'answered'; times: SideTimes }
  | { kind: 'failed'; problem: Problem };

export type SideStates = Record<Side, SideState>;

export interface SideComparison {
  states: ReadonlySignal<SideStates>;
  isRunning: ReadonlySignal<boolean>;
  /** Asks the sides one after the other. Does nothing while a comparison runs. */
  run: (path: string) => Promise<void>;
  clear: () => void;
}

const waiting: SideState = { kind: 'waiting' };
const noStates: SideStates = { direct: waiting, textbook: waiting, module: waiting };
/** The first request may be a miss, which fills the cache. The median of the others counts. */
const REPEATS = 3;

export function createComparison(): SideComparison {
  const states = signal(noStates);
  const isRunning = signal(false);
  let current = 0;

  const run = async (path: string): Promise<void> => {
    if (isRunning.value) return;
    isRunning.value = true;
    const own = ++current;
    states.value = noStates;
    const show = (side: Side, state: SideState): void => {
      if (own === current) states.value = { ...states.value, [side]: state };
    };
    const measureSide = async (side: Side): Promise<void> => {
      if (states.value[side].kind === 'waiting') show(side, { kind: 'asking' });
      show(side, await measure(side, path));
    };
    // PostgreSQL answers in a process of its own, so the module may show a first figure meanwhile.
    const direct = measureSide('direct');
    const first = await askSide('module', path);
    if (first.ok && first.times.timings.every(({ name }) => name !== 'database'))
      show('module', { kind: 'answered', times: first.times });
    await direct;
    // One at a time, so that no side slows down another.
    await measureSide('module');
    await measureSide('textbook');
    isRunning.value = false;
  };
  const clear = (): void => {
    current += 1;
    states.value = noStates;
  };
  return { states, isRunning, run, clear };
}

async function measure(side: Side, path: string): Promise<SideState> {
  const first = await askSide(side, path);
  if (!first.ok) return { kind: 'failed', problem: first.problem };
  if (side === 'direct') return { kind: 'answered', times: first.times };
  const repeated: SideTimes[] = [];
  for (let turn = 0; turn < REPEATS; turn += 1) {
    const answer = await askSide(side, path);
    if (!answer.ok) return { kind: 'failed', problem: answer.problem };
    repeated.push(answer.times);
  }
  const sorted = repeated.toSorted((a, b) => (a.serverMs ?? a.roundTripMs) - (b.serverMs ?? b.roundTripMs));
  return { kind: 'answered', times: sorted[Math.floor(REPEATS / 2)] ?? first.times };
}
