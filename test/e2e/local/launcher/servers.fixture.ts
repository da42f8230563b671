/*
 * guard.e2e-spec.ts starts and kills this process. It starts one server of each kind in its arguments, and two stacks of the first kind.
 * It pauses some of them and prints all pids.
 */
import {
  type EngineKind,
  startCluster,
  startEngine,
  startPostgres,
  startSentinel,
} from '../../../../local/index.js';

const kinds = process.argv.slice(2) as EngineKind[];
const kind = kinds[0] === 'redis' ? 'redis' : 'valkey';
const [kept, paused, ...engines] = await Promise.all([
  startPostgres(),
  startPostgres(),
  ...kinds.map((kind) => startEngine(kind)),
]);
paused.pause();
engines[0]?.pause();
const stacks = await Promise.all([
  startSentinel(kind, { tls: true }),
  startCluster(kind, { acl: true, tls: true, replicasPerShard: 0 }),
]);
stacks[0].node('sentinel-1').pause();
stacks[1].node('shard-2').pause();
const all = [kept, paused, ...engines, ...stacks.flatMap(({ nodes }) => [...nodes.values()])];
const files = stacks.flatMap(({ tls }) => (tls ? [tls.ca, tls.server.key] : []));
console.log(JSON.stringify({ pids: all.map(({ pid }) => pid), directories: [kept.directory, ...files] }));
