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
  readonly scene: Scene;
  readonly load: Load;
}

const PROMOTED_WITHIN_MS = 30_000;
const POLL_MS = 25;
const WATCH_MS = 100;
const ANOTHER = 'another promotion';

/** Waits for the new primary, and until it accepts writes: they need a replica, which the servers connect to it after the promotion. */
export async function promotionIn(
  engines: EngineStack,
  lost: string,
  { scene, load }: Watched,
): Promise<Promotion> {
  const deadline = performance.now() + PROMOTED_WITHIN_MS;
  let promoted = lost;
  let promotedAt = 0;
  while (performance.now() < deadline) {
    // Servers that do not know a primary yet say so with an error.
    const primary = await engines.primaryNow(SHARD).catch(() => lost);
    if (primary !== lost) {
      if (primary !== promoted) promotedAt = load.mark(promoted === lost ? 'promotion' : ANOTHER);
      promoted = primary;
      const isReady = await acceptsWrites(engines.node(primary));
      if (isReady) return { primary, promotedAt, acceptsAt: load.mark('accepts writes') };
    }
    await wait(POLL_MS, undefined, { signal: scene.signal });
  }
  throw new Error(
    `The servers promoted no replica that accepts writes within ${PROMOTED_WITHIN_MS / 1000} s.`,
  );
}

async function acceptsWrites(primary: LocalEngine): Promise<boolean> {
  const info = String(await primary.command('INFO', 'replication').catch(() => ''));
  // Left out by servers whose writes need no replica.
  return info.includes('role:master') && !info.includes('min_slaves_good_slaves:0');
}

/** The servers promote again if the new primary does not answer for a second, for example because a busy machine does not run it. */
export function watchFurther(engines: EngineStack, { primary }: Promotion, { scene, load }: Watched) {
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, scene.signal]);
  const promotedAt: number[] = [];
  const watch = async () => {
    let last = primary;
    while (!signal.aborted) {
      const current = await engines.primaryNow(SHARD).catch(() => last);
      if (current !== last) promotedAt.push(load.mark(ANOTHER));
      last = current;
      await wait(WATCH_MS, undefined, { signal }).catch(() => undefined);
    }
  };
  const watching = watch();
  return {
    /** Resolves with the times of the further promotions. */
    async stop(): Promise<readonly number[]> {
      over.abort();
      await watching;
      return promotedAt;
    },
  };
}
