import { hash } from 'node:crypto';
import { placedBy } from '../topology/key-slot.js';

const POINTS_PER_DIGEST = 4;
const DIGESTS_PER_NODE = 40;

/**
 * Consistent hashing: which node has a key. If one of n nodes is added or removed, about 1/n of the keys move. Every process with the
 * same nodes gets the same answer. Keys with the same hash tag are on one node, as in a cluster.
 *
 * Source: Ketama (https://www.last.fm/user/RJ/journal/2007/04/10/rz_libketama_-_a_consistent_hashing_algo_for_memcache_clients)
 */
export class KeyRing<Node extends { address: string }> {
  private readonly positions: Uint32Array;
  private readonly owners: Node[];

  constructor(readonly nodes: readonly Node[]) {
    const points = nodes.flatMap((node) => pointsOf(node.address).map((position) => ({ position, node })));
    // The address decides between equal positions: the order in which nodes are named must not matter.
    points.sort((a, b) => a.position - b.position || (a.node.address < b.node.address ? -1 : 1));
    this.positions = Uint32Array.from(points, ({ position }) => position);
    this.owners = points.map(({ node }) => node);
  }

  /** Undefined if there are no nodes. */
  nodeFor(key: string): Node | undefined {
    if (this.nodes.length < 2) return this.nodes[0];
    return this.owners[this.firstAtOrAfter(digest(placedBy(key)).readUInt32LE(0))] ?? this.owners[0];
  }

  private firstAtOrAfter(position: number): number {
    let low = 0;
    let high = this.positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.positions[middle] ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function pointsOf(address: string): number[] {
  return Array.from({ length: DIGESTS_PER_NODE }, (_, i) => digest(`${address}-${i}`)).flatMap((bytes) =>
    Array.from({ length: POINTS_PER_DIGEST }, (_, i) => bytes.readUInt32LE(4 * i)),
  );
}

function digest(text: string): Buffer {
  return hash('md5', text, 'buffer');
}
