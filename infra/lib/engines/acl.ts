/*
 * The least rights of each role, as access strings of ElastiCache users. Keys: see the *.keys.ts files of the modules.
 * A command that ElastiCache refuses to everybody (CONFIG) must not be named: the service rejects such a string.
 */

/** Every connection: what src/engine sends itself. HELLO and AUTH need no right. */
const CONNECTION = '+ping +role +info +client|setinfo +cluster|slots +command|info +eval +evalsha';
const EVERY_ROLE = `resetchannels resetkeys -@all ${CONNECTION}`;

export const SESSIONS_ACL = [
  'on',
  EVERY_ROLE,
  '~caching:session:* ~caching:account:* ~caching:generation:* ~caching:guesses:* ~caching:sign-up*',
  '&caching:session-news',
  '+get +set +del +unlink +type +expire +pexpire +pttl +incr +decr +time +multi +exec +wait',
  '+hget +hmget +hset +hexists +hincrby +zadd +zrem +zscore +zscan',
  '+publish +spublish +ssubscribe +sunsubscribe',
].join(' ');

export const BOARDS_ACL = [
  'on',
  EVERY_ROLE,
  '~caching:board:* ~caching:player-names',
  '&caching:board:*',
  '+exists +expire +expireat +persist +rename +unlink +type +memory|usage +multi +exec +time',
  '+hget +hmget +hset +hsetnx +hdel +hkeys +hlen +hincrby',
  '+zadd +zrem +zcard +zcount +zscore +zrevrank +zrevrange',
  '+publish +spublish +ssubscribe +sunsubscribe',
].join(' ');

export const QUERIES_ACL = [
  'on',
  EVERY_ROLE,
  '~caching:query:* ~caching:generation:* ~caching:plain:*',
  '&caching:query:leases-ended',
  '+get +mget +set +del +unlink +expire +pexpire +pttl +client|tracking',
  '+publish +spublish +ssubscribe +sunsubscribe',
].join(' ');
