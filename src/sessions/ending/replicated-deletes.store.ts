import { SharedRuns } from '../../common/index.js';
import type { RedisEngine } from '../../engine/index.js';

/** Short, since WAIT holds up every call on the connection. A healthy replica takes about a millisecond. */
const REPLICA_TIMEOUT_MS = 50;

/**
 * Deletes keys so that a promoted replica does not restore them.
 *
 * Only one round waits at a time, and callers that arrive meanwhile share the next one: many waits on the shared connection would
 * be an outage.
 */
export class ReplicatedDeletes {
  private readonly pending: string[] = [];
  private readonly rounds = new SharedRuns<boolean>();

  constructor(private readonly engine: RedisEngine) {}

  /**
   * Deletes the keys again and waits for one replica.
   *
   * @returns false if no replica confirmed it, so that a failover might restore a key. true if no replica is connected, as for some
   * time after a failover, or if the server refuses WAIT, or ROLE and INFO: otherwise every sign-out would fail.
   */
  delete(keys: readonly string[]): Promise<boolean> {
    this.pending.push(...keys);
    return this.rounds.run('', () => this.deleteEach(this.pending.splice(0)));
  }

  /** One by one, since the keys may be on different shards. Stops at the first that is not confirmed. */
  private async deleteEach(keys: readonly string[]): Promise<boolean> {
    for (const key of new Set(keys)) if (!(await this.deleteOne(key))) return false;
    return true;
  }

  private async deleteOne(key: string): Promise<boolean> {
    if (!this.engine.allows('WAIT') || !(await this.engine.countReplicas(key))) {
      await this.engine.call(key, (client) => client.unlink(key));
      return true;
    }
    // UNLINK goes over the same connection as WAIT: another primary may have been promoted since the first one.
    const [, confirmed] = await this.engine.call(key, (client) =>
      Promise.all([client.unlink(key), client.wait(1, REPLICA_TIMEOUT_MS).catch(() => 0)]),
    );
    return confirmed > 0;
  }
}
