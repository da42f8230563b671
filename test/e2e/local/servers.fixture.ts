/* Started by guard.e2e-spec.ts to be killed: starts one server of each kind, pauses some, prints their pids. */
import { startEngine, startPostgres } from '../../../local/index.js';

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
console.log(JSON.stringify({ pids: servers.map(({ pid }) => pid), directories: [servers[3].directory] }));
