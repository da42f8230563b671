import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { CachedQuery } from '../../../src/query-cache/index.js';
import { redisLike } from '../../support/app.js';
import { until } from '../../support/until.js';
import { type CacheNode, type CacheNodes, startNodesOn } from './cache-nodes.js';
import { LEASE_FAULTS } from './lease-faults.js';

/** After an acknowledged invalidation no local tier serves the old answer for longer than this. */
const LEASE_MS = 1_000;
const TAGS = Array.from({ length: 40 }, (_, i) => `tag-${i}`);
/** On a busy machine too: without processor time the local tier is not used, and all loops share one process. */
const BACK_WITHIN_MS = 60_000;

type Answer = CachedQuery<{ tag: string }, number>;
type Acknowledged = { version: number; at: number };

/** Two nodes invalidate and a third one reads, without a pause, until it is stopped. */
class Traffic {
  readonly counts = { invalidations: 0, unconfirmed: 0, localHits: 0, oldLocalHits: 0, oldInEngine: 0 };
  private readonly versions = new Map(TAGS.map((tag) => [tag, 0]));
  private readonly acknowledged = new Map(TAGS.map((tag): [string, Acknowledged[]] => [tag, []]));
  /** When the local tier last served an answer, by tag. */
  private readonly servedAt = new Map<string, number>();
  private isStopped = false;

  constructor(private readonly nodes: readonly CacheNode[]) {}

  async run(during: () => Promise<void>): Promise<void> {
    const [one, other, reader] = this.nodes.map((node) => ({ node, query: this.defineOn(node) }));
    const loops = [
      this.write(one!.node),
      this.write(other!.node),
      ...TAGS.map((tag) => this.read(reader!.query, tag)),
    ];
    try {
      await this.isFollowed();
      await during();
      await this.isFollowed();
    } finally {
      this.isStopped = true;
      await Promise.all(loops);
    }
  }

  /** Resolves when every answer was invalidated from now on, and the local tier has served it more than a second later. */
  async isFollowed(): Promise<void> {
    const since = performance.now();
    const isServed = (tag: string) => {
      const invalidated = this.acknowledged.get(tag)?.find(({ at }) => at > since);
      return invalidated !== undefined && (this.servedAt.get(tag) ?? 0) > invalidated.at + LEASE_MS;
    };
    await until(() => TAGS.every(isServed), BACK_WITHIN_MS);
  }

  private defineOn({ cache }: CacheNode): Answer {
    const load = ({ tag }: { tag: string }) => Promise.resolve(this.versions.get(tag) ?? 0);
    return cache.define({ name: 'versions', ttlSeconds: 600, tags: ({ tag }) => [tag], load });
  }

  private async write({ cache }: CacheNode): Promise<void> {
    for (let i = 0; !this.isStopped; i++) {
      const tag = TAGS[i % TAGS.length] ?? '';
      const version = (this.versions.get(tag) ?? 0) + 1;
      this.versions.set(tag, version);
      const isConfirmed = await cache.invalidateTag(tag);
      if (isConfirmed) this.acknowledged.get(tag)?.push({ version, at: performance.now() });
      this.counts[isConfirmed ? 'invalidations' : 'unconfirmed']++;
      const pauseEnds = performance.now() + 5;
      while (performance.now() < pauseEnds) await nextTurn();
    }
  }

  private async read(query: Answer, tag: string): Promise<void> {
    let keptAt = 0;
    while (!this.isStopped) {
      const startedAt = performance.now();
      const { value, lookup } = await query.read({ tag });
      if (lookup.tier !== 'local') keptAt = performance.now();
      else this.check(tag, value, { startedAt, keptAt });
      await nextTurn();
    }
  }

  /** A failover can undo a deletion, and then the engine itself returns the old answer: that is not the local tier's fault. */
  private check(
    tag: string,
    value: number,
    { startedAt, keptAt }: { startedAt: number; keptAt: number },
  ): void {
    this.servedAt.set(tag, startedAt);
    this.counts.localHits++;
    const known = this.acknowledged.get(tag) ?? [];
    const missed = known.findLast(({ at }) => at < startedAt - LEASE_MS);
    if (!missed || value >= missed.version) return;
    this.counts[keptAt < missed.at ? 'oldLocalHits' : 'oldInEngine']++;
  }
}

describe('a local tier', () => {
  let nodes: CacheNodes | undefined;
  afterEach(() => nodes?.close());

  it.each(LEASE_FAULTS.map((fault) => [fault.name, fault.on, fault] as const))(
    'serves no answer that was invalidated more than a second before: %s on %s',
    async (name, on, { start }) => {
      const { stack, strike } = await start(redisLike());
      const servers = { ...standIn, url: stack.url, stop: () => stack.stop() };
      nodes = await startNodesOn(servers, { localTierBytes: 1_000_000 });
      const { prefix } = nodes;
      const traffic = new Traffic(nodes.nodes);
      await traffic.run(() => strike({ prefix, isFollowed: () => traffic.isFollowed() }));
      console.info(`${name}, ${on}: ${JSON.stringify(traffic.counts)}`);
      expect(traffic.counts.oldLocalHits).toBe(0);
      expect(traffic.counts.invalidations).toBeGreaterThan(2 * TAGS.length);
    },
    180_000,
  );
});

/** Members that startNodesOn does not use here. */
const standIn = {
  pause: () => undefined,
  resume: () => undefined,
  kill: () => Promise.resolve(),
  restart: () => Promise.resolve(),
};
