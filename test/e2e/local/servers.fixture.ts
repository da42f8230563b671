/* Started by guard.e2e-spec.ts to be killed: starts one server of each kind and stacks of them, pauses some, prints their pids. */
import { startCluster, startEngine, startPostgres, startSentinel } from '../../../local/index.js';

const servers = await Promise.all([
  startEngine('redis'),
  startEngine('valkey'),
  startEngine('memcached'),
  startPostgres(),
  startPostgres(),
]);
const [redis, , , , postgres] = servers;
redis.pause();
postgres.pause();
const stacks = await Promise.all([
  startSentinel('redis', { tls: true }),
  startCluster('valkey', { acl: true, tls: true, replicasPerShard: 0 }),
]);
stacks[0].node('sentinel-1').pause();
stacks[1].node('shard-2').pause();
const all = [...servers, ...stacks.flatMap(({ nodes }) => [...nodes.values()])];
const files = stacks.flatMap(({ tls }) => (tls ? [tls.ca, tls.server.key] : []));
console.log(
  JSON.stringify({ pids: all.map(({ pid }) => pid), directories: [servers[3].directory, ...files] }),
);
