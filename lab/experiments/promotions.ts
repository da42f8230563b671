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
  readonly acceptsAt: number;
}

interface Watched {
  readonly scene: Pick<Scene, 'signal'>;
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
  private readonly accepted: Promotion[] = [];
  private isAccepting = false;
  private readonly watching: Promise<void>;

  private constructor(
    private readonly engines: EngineStack,
    lost: string,
    private readonly watched: Watched,
  ) {
    this.watching = this.watch(lost);
  }

  /** Watches until it is stopped or the scene ends. */
  static after(lost: string, engines: EngineStack, watched: Watched): Promotions {
    return new Promotions(engines, lost, watched);
  }

  /** Waits until the newest primary accepts writes. @throws {Error} if that takes too long */
  async settled(): Promise<void> {
    const { signal } = this.watched.scene;
    const deadline = performance.now() + ACCEPTED_WITHIN_MS;
    while (!this.isAccepting) {
      await wait(POLL_MS, undefined, { signal });
      if (performance.now() < deadline) continue;
      const seconds = ACCEPTED_WITHIN_MS / 1000;
      throw new Error(`The servers promoted no replica that accepts writes within ${seconds} s.`);
    }
  }

  /** Runs the load until so many seconds have passed without another promotion. */
  async run(seconds: number, what: string): Promise<void> {
    for (let seen = 0; seen < this.accepted.length || !this.isAccepting;) {
      await this.settled();
      seen = this.accepted.length;
      await this.watched.load.run(seconds, what);
    }
  }

  /** Resolves with the promotions whose primary accepted writes. */
  async stop(): Promise<readonly Promotion[]> {
    this.over.abort();
    await this.watching;
    return this.accepted;
  }

  private async watch(lost: string): Promise<void> {
    const { engines, accepted } = this;
    const { load, scene } = this.watched;
    const signal = AbortSignal.any([this.over.signal, scene.signal]);
    let primary = lost;
    let promotedAt = 0;
    while (!signal.aborted) {
      // Servers that do not know a primary yet say so with an error.
      const now = await engines.primaryNow(SHARD).catch(() => primary);
      if (now !== primary) {
        this.isAccepting = false;
        promotedAt = load.mark(primary === lost ? 'promotion' : 'another promotion');
        primary = now;
      }
      if (primary !== lost && !this.isAccepting && (await acceptsWrites(engines.node(primary)))) {
        const acceptsAt = load.mark(accepted.length === 0 ? 'accepts writes' : 'accepts writes again');
        accepted.push({ primary, promotedAt, acceptsAt });
        this.isAccepting = true;
      }
      await wait(this.isAccepting ? POLL_SETTLED_MS : POLL_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function acceptsWrites(primary: LocalEngine): Promise<boolean> {
  const info = String(await primary.command('INFO', 'replication').catch(() => ''));
  // Left out by servers whose writes need no replica.
  return info.includes('role:master') && !info.includes('min_slaves_good_slaves:0');
}
