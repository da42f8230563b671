import { areReplicating, waitUntil } from '../stacks/readiness.js';
import type { ClusterMembers, Member } from './cluster-members.js';
import type { ClusterView } from './cluster-view.js';
import { SLOTS, splitEvenly } from './cluster-settings.js';

const READY_WITHIN_SECONDS = 20;

/** Gives each shard of a new cluster its share of the slots. */
export async function assignSlots(members: ClusterMembers): Promise<void> {
  const { shards } = members;
  const ranges = splitEvenly(SLOTS, shards.length);
  await Promise.all(
    ranges.map(async ([first, end], index) => {
      const [{ node }] = members.of(shards[index] ?? '');
      await node.command('CLUSTER', 'ADDSLOTSRANGE', `${first}`, `${end - 1}`);
      // All nodes start with epoch 0. Different epochs avoid a conflict that the nodes would have to resolve first.
      await node.command('CLUSTER', 'SET-CONFIG-EPOCH', `${index + 1}`);
    }),
  );
}

/** Adds the nodes of `shards` to the cluster. Resolves when every node sees the whole cluster and serves. */
export async function joinCluster(members: ClusterMembers, shards: readonly string[]): Promise<void> {
  await introduce(
    members,
    shards.flatMap((shard) => members.of(shard)),
  );
  await Promise.all(shards.map((shard) => replicate(members, shard)));
  await untilReady(members);
}

/** Adds one node to the cluster, as a replica. Resolves when every node sees the whole cluster and serves. */
export async function joinAsReplica(
  members: ClusterMembers,
  { name, primary }: { readonly name: string; readonly primary: Member },
): Promise<void> {
  const newcomer = members.all().filter((member) => member.name === name);
  await introduce(members, newcomer);
  await Promise.all(newcomer.map((member) => follow(member, primary)));
  await untilReady(members);
}

/**
 * Introduces each new node to every other node: discovery by gossip alone takes seconds. MEET is sent with the port that the other node
 * announces. Otherwise the node corrects the address and closes its connection. If that happens during the handshake, Valkey 8.0.1
 * aborts with a failed assertion.
 *
 * Source: https://github.com/valkey-io/valkey/pull/1441
 */
async function introduce(members: ClusterMembers, newcomers: readonly Member[]): Promise<void> {
  const known = members.all();
  await Promise.all(
    newcomers.map(async ({ node }) => {
      for (const other of known) {
        if (other.node === node) continue;
        await node.command('CLUSTER', 'MEET', '127.0.0.1', `${other.publicPort}`, `${other.busPort}`);
      }
    }),
  );
}

async function replicate(members: ClusterMembers, shard: string): Promise<void> {
  const [primary, ...replicas] = members.of(shard);
  await Promise.all(replicas.map((replica) => follow(replica, primary)));
}

/** Rejected until the two nodes have completed their handshake. */
function follow({ name, node }: Member, primary: Member): Promise<void> {
  return waitUntil(`${name} replicates ${primary.name}`, READY_WITHIN_SECONDS, async () => {
    return (await node.command('CLUSTER', 'REPLICATE', primary.id)) === 'OK';
  });
}

async function untilReady(members: ClusterMembers): Promise<void> {
  const all = members.all();
  const replies = (...command: string[]) => Promise.all(all.map(({ node }) => node.command(...command)));
  await waitUntil('every node sees the whole cluster', READY_WITHIN_SECONDS, async () => {
    const views = await members.views();
    const complete = views.every((view) => all.every(({ id }) => view.get(id)?.healthy));
    const replicas = replicasOf(members, views);
    const replicasSeen = views.every((view) => replicas.every(({ id }) => !view.get(id)?.primary));
    return views.length === all.length && complete && replicasSeen;
  });
  // Before that, a node that restarts rejects its own nodes.conf (Valkey 8.0).
  await waitUntil('every node knows the shard of each node', READY_WITHIN_SECONDS, async () => {
    const shards = await replies('CLUSTER', 'SHARDS');
    return shards.every((seen) => (seen as unknown[]).length === members.shards.length);
  });
  await waitUntil('every node serves', READY_WITHIN_SECONDS, async () => {
    const states = (await replies('CLUSTER', 'INFO')).map(String);
    return states.every(
      (state) => state.includes('cluster_state:ok') && state.includes(`cluster_slots_ok:${SLOTS}`),
    );
  });
  await waitUntil('all replicas follow their primary', READY_WITHIN_SECONDS, async () =>
    areReplicating(replicasOf(members, await members.views()).map(({ node }) => node)),
  );
}

/** After a failover, any node of a shard can be its primary. */
function replicasOf(members: ClusterMembers, views: readonly ClusterView[]): Member[] {
  return members.shards.flatMap((shard) => {
    const primary = members.primaryOf(shard, views);
    return members.of(shard).filter((member) => member !== primary);
  });
}
