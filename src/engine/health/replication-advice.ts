import type { RedisClientType } from 'redis';
import type { Capabilities } from '../capabilities/capabilities.js';
import { ENGINE_COMMANDS } from '../capabilities/command-use.js';

/** A primary must detect the loss of its replicas within this time. With Redis' default of 10 s a failover can undo 10 s of writes. */
const LONGEST_LAG_SECONDS = 5;
const COST = 'Without it, a failover can undo acknowledged writes, including sign-outs.';

/**
 * Reads which replication setting of a primary should be changed, and what the current one costs. Null if the settings are right or
 * cannot be read: managed services refuse CONFIG, and an ACL may not allow INFO.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
 */
export async function readReplicationAdvice(
  client: RedisClientType,
  commands: Capabilities,
): Promise<string | null> {
  const [info = '', settings] = await Promise.all([
    commands.attempt(ENGINE_COMMANDS.info, () => client.info('replication')),
    commands.attempt(ENGINE_COMMANDS.configGet, () => client.configGet('min-replicas-max-lag')),
  ]);
  const hasReplicas = /^connected_slaves:[1-9]/m.test(info);
  if (!hasReplicas) return null;
  if (countGoodReplicas(info) === null) {
    return `has replicas, but min-replicas-to-write is 0. Set it to 1, and min-replicas-max-lag to 2. ${COST}`;
  }
  const lag = settings?.['min-replicas-max-lag'];
  if (!(Number(lag) > LONGEST_LAG_SECONDS)) return null;
  return `has min-replicas-max-lag ${lag}. Set it to 2. ${COST}`;
}

/** How many replicas are near enough for writes; null if writes need none. @param info the section `replication`. */
export function countGoodReplicas(info: string): number | null {
  // The line is there only if min-replicas-to-write and min-replicas-max-lag are both set.
  const count = /^min_slaves_good_slaves:(\d+)/m.exec(info)?.[1];
  return count === undefined ? null : Number(count);
}
