import type { LoadOptions } from '../options.js';
import type { Figure, Setting, Table } from '../scenario.js';
import { formatGain, formatMiddle } from './format.js';
import { type Gain, gainOf, type Middle, middleOf } from './gain.js';
import { inTurn } from './in-turn.js';

/** One way to do the same work. */
export interface Work {
  readonly name: string;
  /** Does it that many times. Resolves with the cost of all of them in microseconds, of time or of CPU. */
  readonly cost: (times: number) => Promise<number>;
}

/** The median of the rounds and its goal. */
type Goal = Pick<Figure, 'figure' | 'unit' | 'atMost' | 'atLeast'>;

/** Until the compiler has optimised the code. */
const WARM_UP_SECONDS = 0.5;

/** Measures the cost of each work in turn: as many rounds and seconds as the options say, after a warm-up. */
export async function costsInTurn(
  works: readonly Work[],
  { options, say }: Pick<Setting, 'options' | 'say'>,
  warmUpSeconds = WARM_UP_SECONDS,
): Promise<Costs> {
  const { rounds, seconds } = options;
  const all = works.map((work) => new Rounds(work, seconds));
  for (const each of all) await each.warmUp(warmUpSeconds);
  const onRound = (round: number) =>
    say(`${works.map(({ name }) => name).join(', ')}: round ${round} of ${rounds}`);
  const costs = await inTurn(
    all.map((each) => () => each.next()),
    { rounds, onRound },
  );
  return new Costs(new Map(works.map(({ name }, i) => [name, costs[i] ?? []])));
}

/** About how long the rounds of one work take. */
export function secondsOfWork({ rounds, seconds }: LoadOptions, warmUpSeconds = WARM_UP_SECONDS): number {
  return warmUpSeconds + (rounds + 1) * seconds;
}

/** The cost of one call of each work, in each round. */
export class Costs {
  constructor(private readonly rounds: ReadonlyMap<string, readonly number[]>) {}

  /** The rounds of several measurements of the same works. */
  static joined(parts: readonly Costs[]): Costs {
    const names = [...(parts[0]?.rounds.keys() ?? [])];
    return new Costs(new Map(names.map((name) => [name, parts.flatMap((part) => part.of(name))])));
  }

  /** Microseconds per call. */
  middle(name: string): Middle {
    return middleOf(this.of(name));
  }

  /** How many times as much one work costs as another: the ratio of the rounds of the same turn. */
  ratio(name: string, over: string): Gain {
    const others = this.of(over);
    return gainOf(this.of(name).map((cost, round) => cost / (others[round] ?? Number.NaN)));
  }

  /** Each work with its cost, and the ratio to one of them. */
  rows(over: string): string[][] {
    return [...this.rounds.keys()].map((name) => [
      name,
      formatMiddle(this.middle(name)),
      name === over ? '' : formatGain(this.ratio(name, over)),
    ]);
  }

  private of(name: string): readonly number[] {
    return this.rounds.get(name) ?? [];
  }
}

/** One table of several measurements. `header` names them. */
export function tableOfCosts(
  { title, header, over }: { title: string; header: string; over: string },
  measured: ReadonlyMap<string, Costs>,
): Table {
  const rows = [...measured].flatMap(([name, costs]) => costs.rows(over).map((row) => [name, ...row]));
  return { title, rows: [[header, 'side', 'µs', `this / ${over}`], ...rows] };
}

export function figureOf({ median: value, low, high, confidence }: Middle, goal: Goal): Figure {
  return { value, interval: { low, high, confidence }, ...goal };
}

/** Work that is done so many times. */
type Repeated = (times: number) => Promise<unknown>;

export function oneByOne(call: () => Promise<unknown>): Repeated {
  return async (times) => {
    for (let i = 0; i < times; i++) await call();
  };
}

export function timeOf(work: Repeated): Work['cost'] {
  return async (times) => {
    const startedAt = performance.now();
    await work(times);
    return (performance.now() - startedAt) * 1_000;
  };
}

/** The CPU time, user and system, of this process. */
export function cpuOf(work: Repeated): Work['cost'] {
  return async (times) => {
    const before = process.cpuUsage();
    await work(times);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
}

/** The rounds of one work. Each does it as often as took the wanted time before. */
class Rounds {
  private times = 1;

  constructor(
    private readonly work: Work,
    private readonly seconds: number,
  ) {}

  async warmUp(seconds: number): Promise<void> {
    const endsAt = performance.now() + seconds * 1_000;
    let enough = false;
    while (!enough || performance.now() < endsAt) {
      const before = this.times;
      await this.next();
      enough = this.times < 2 * before;
      // The first calls are slow.
      this.times = Math.min(this.times, 4 * before);
    }
  }

  /** Microseconds per call. */
  async next(): Promise<number> {
    const { times } = this;
    const startedAt = performance.now();
    const cost = await this.work.cost(times);
    const elapsed = (performance.now() - startedAt) / 1_000;
    this.times = Math.max(1, Math.round((times * this.seconds) / elapsed));
    return cost / times;
  }
}
