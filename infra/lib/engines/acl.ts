/*
 * The least rights of each role, as access strings of ElastiCache users. The modules list their commands in `*.commands.ts` and their
 * keys in `*.keys.ts`. test/e2e/infra/acl.e2e-spec.ts runs the application with exactly these.
 * The service rejects an access string that names a command which it refuses to everybody, such as CONFIG.
 */

/** Every connection: what src/engine sends itself. HELLO and AUTH need no right. */
const CONNECTION = '-@all +ping +role +info +cluster|slots +asking +multi +exec +discard +eval +evalsha';
const NEWS = '+ssubscribe +sunsubscribe +spublish';

/** A channel, and those on which src/engine/push/live-proof.ts proves that a subscription of it is active. */
const channel = (name: string) => `&${name} &${name}:live:* &{${name}}:live:*`;

export const SESSIONS_ACL = [
  'on',
  CONNECTION,
  '~caching:session:* ~caching:account:* ~caching:generation:* ~caching:guests:* ~caching:guesses:* ~caching:sign-up*',
  channel('caching:session-news'),
  NEWS,
  '+get +set +del +unlink +type +expire +pexpire +pexpiretime +persist +pttl +incr +incrby +decr +time +wait',
  '+hget +hmget +hset +hexists +hincrby +zadd +zrem +zscore +zscan',
].join(' ');

export const BOARDS_ACL = [
  'on',
  CONNECTION,
  '~caching:board:* ~caching:player-names',
  '&caching:board:*',
  NEWS,
  '+exists +expire +expireat +persist +rename +unlink +type +memory|usage',
  '+hget +hmget +hset +hsetnx +hdel +hkeys +hlen +hincrby',
  '+zadd +zrem +zcard +zcount +zscore +zrevrank +zrevrange',
].join(' ');

export const QUERIES_ACL = [
  'on',
  CONNECTION,
  '~caching:query:* ~caching:generation:* ~caching:plain:*',
  `${channel('caching:query:leases-ended')} &caching:generation:*`,
  NEWS,
  '+get +mget +set +unlink +type +expire',
].join(' ');
