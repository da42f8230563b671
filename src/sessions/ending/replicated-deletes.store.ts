import type { RedisEngine } from '../../engine/index.js';

/** Others on the connection wait as long when a replica is slow, so it is short; a healthy one takes about a millisecond. */
const REPLICA_WAIT_MS = 50;

/**
 * Makes sure that what was deleted stays deleted when a replica takes over. One wait at a time, which those that came meanwhile
 * share: each holds up the connection that everybody uses, so that many would be an outage.
 */
export class SessionReplicas {
  private waiting: string[] = [];
  private next: Promise<boolean> | undefined;
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly engine: RedisEngine) {}

  /**
   * Deletes once more, and answers whether a replica knows, or none is connected: after a failover there may be none for a while, and
   * nobody could sign out. Where not, a failover might undo it.
   */
  forget(keys: readonly string[]): Promise<boolean> {
    this.waiting.push(...keys);
    this.next ??= this.last.then(() => {
      const round = this.forgetEach(this.waiting.splice(0));
      this.next = undefined;
      this.last = round.catch(() => undefined);
      return round;
    });
    return this.next;
  }

  /** The keys may be on different shards. The first that is not confirmed is the last that is waited for. */
  private async forgetEach(keys: readonly string[]): Promise<boolean> {
    for (const key of new Set(keys)) if (!(await this.forgetOne(key))) return false;
    return true;
  }

  private async forgetOne(key: string): Promise<boolean> {
    const { client } = this.engine;
    const [, role] = await client.multi().unlink(key).role().execAsPipeline<'typed'>();
    const replicas = role?.role === 'master' ? role.replicas.length : 0;
    if (replicas === 0) return true;
    // Deleted in the same batch, because in between another primary may have taken over, which had not heard of it.
    const [, heard] = await client.multi().unlink(key).wait(1, REPLICA_WAIT_MS).execAsPipeline<'typed'>();
    return heard > 0;
  }
}
