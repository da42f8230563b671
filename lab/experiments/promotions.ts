import { setTimeout as wait } from 'node:timers/promises';
import type { EngineStack, LocalEngine } from '../../local/index.js';
import type { Scene } from '../experiment.js';
import { SHARD } from '../stack/engines.js';
import type { Load } from '../traffic/load.js';

/** Times are as of `performance.now()`. */
export interface Promotion {
  /** The name of the new primary. */
  readonly primary: string;
  readonly promotedAt: number;
  /** When it accepted writes. null: not before the next promotion. */
  acceptsAt: number | null;
}

interface Watched {
  readonly scene: Pick<Scene, 'signal' | 'start'>;
  readonly load: Pick<Load, 'mark' | 'run'>;
}

/** After a second promotion the new primary has no replica for some ten seconds, and its writes need one. */
const ACCEPTED_WITHIN_MS = 40_000;
const POLL_MS = 25;
const POLL_SETTLED_MS = 100;

/**
 * The promotions after the loss of a primary, as marks in the timeline. The servers promote again if the new primary does not answer for a
 * second, for example because a busy machine does not run it.
 */
export class Promotions {
  private readonly over = new AbortController();
  private readonly seen: Promotion[] = [];
  private readonly watching: Promise<void>;

  private constructor(
    private readonly engines: EngineStack,
    lost: string,
    private readonly watched: Watched,
  ) {
    this.watching = this.watch(lost);
  }

  /** The scene stops it if the experiment does not. */
  static after(lost: string, engines: EngineStack, watched: Watched): Promise<Promotions> {
    return watched.scene.start(Promise.resolve(new Promotions(engines, lost, watched)));
  }

  /** Waits until the newest primary accepts writes. @throws {Error} if that takes too long */
  async settled(): Promise<void> {
    const { signal } = this.watched.scene;
    const deadline = performance.now() + ACCEPTED_WITHIN_MS;
    while (!this.isSettled) {
      if (performance.now() > deadline) {
        const seconds = ACCEPTED_WITHIN_MS / 1000;
        throw new Error(`The servers promoted no replica that accepts writes within ${seconds} s.`);
      }
      await wait(POLL_MS, undefined, { signal });
    }
  }

  /** Runs the load until so many seconds have passed without another promotion. */
  async run(seconds: number, what: string): Promise<void> {
    let count: number;
    do {
      await this.settled();
      count = this.seen.length;
      await this.watched.load.run(seconds, what);
    } while (!this.isSettled || this.seen.length > count);
  }

  /** Resolves with all promotions, oldest first. */
  async stop(): Promise<readonly Promotion[]> {
    this.over.abort();
    await this.watching;
    return this.seen;
  }

  private get isSettled(): boolean {
    return typeof this.seen.at(-1)?.acceptsAt === 'number';
  }

  private async watch(lost: string): Promise<void> {
    const { engines, seen } = this;
    const { load, scene } = this.watched;
    const signal = AbortSignal.any([this.over.signal, scene.signal]);
    let named = lost;
    while (!signal.aborted) {
      const last = seen.at(-1)?.primary ?? lost;
      // Servers that do not know a primary yet say so with an error.
      const primary = await engines.primaryNow(SHARD).catch(() => last);
      // Two reads must agree: one sentinel can know of a promotion later than the others.
      if (primary !== last && primary === named) {
        const promotedAt = load.mark(seen.length === 0 ? 'promotion' : 'another promotion');
        seen.push({ primary, promotedAt, acceptsAt: null });
      }
      named = primary;
      const newest = seen.at(-1);
      if (newest?.acceptsAt === null && (await acceptsWrites(engines.node(newest.primary)))) {
        const isFirst = seen.every(({ acceptsAt }) => acceptsAt === null);
        newest.acceptsAt = load.mark(isFirst ? 'accepts writes' : 'accepts writes again');
      }
      await wait(this.isSettled ? POLL_SETTLED_MS : POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function acceptsWrites(primary: LocalEngine): Promise<boolean> {
  const info = String(await primary.command('INFO', 'replication').catch(() => ''));
  // Left out by servers whose writes need no replica.
  return info.includes('role:master') && !info.includes('min_slaves_good_slaves:0');
}
