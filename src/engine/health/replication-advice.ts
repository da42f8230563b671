import type { RedisClientType } from 'redis';

/** Within this a primary must notice that it has lost its replicas. Redis' default is 10 s, each of which can be undone. */
const LONGEST_LAG_SECONDS = 5;
const COST = 'Without it, a failover can undo writes that were acknowledged, sign-outs among them.';

/**
 * What a primary with replicas should be set to, and what it costs as it is; null if all is well or the server does not say:
 * managed services refuse CONFIG, and a user may lack INFO.
 *
 * Source: https://redis.io/docs/latest/operate/oss_and_stack/management/replication/#allow-writes-only-with-n-attached-replicas
 */
export async function readReplicationAdvice(client: RedisClientType): Promise<string | null> {
  const info = await client.info('replication').catch(() => '');
  const hasReplicas = /^connected_slaves:[1-9]/m.test(info);
  if (!hasReplicas) return null;
  // INFO has this line only where min-replicas-to-write and min-replicas-max-lag are both set.
  if (!/^min_slaves_good_slaves:/m.test(info)) {
    return `has replicas, but min-replicas-to-write is 0. Set it to 1, and min-replicas-max-lag to 2. ${COST}`;
  }
  const settings: Record<string, string> = await client.configGet('min-replicas-max-lag').catch(() => ({}));
  const lag = settings['min-replicas-max-lag'];
  if (!(Number(lag) > LONGEST_LAG_SECONDS)) return null;
  return `has min-replicas-max-lag ${lag}. Set it to 2. ${COST}`;
}
