import type { EngineNode } from '../address/engine-address.js';
import { KeyRing } from './key-ring.js';
import { addressOf, MemcachedNode, type NodeOptions } from './memcached-node.js';

/** The nodes that have the keys. They can be replaced while calls are running. */
export class NodePool {
  private ring = new KeyRing<MemcachedNode>([]);
  /** In the ring, or about to be. */
  private members: MemcachedNode[] = [];
  /** Also those that have left the ring and still have pending calls. */
  private readonly open = new Set<MemcachedNode>();

  constructor(private readonly options: NodeOptions) {}

  /** The nodes in the ring. */
  get nodes(): readonly MemcachedNode[] {
    return this.ring.nodes;
  }

  nodeFor(key: string): MemcachedNode | undefined {
    return this.ring.nodeFor(key);
  }

  /** New nodes are connected before they get keys. Calls that were sent to a removed node still end. */
  replace(nodes: readonly EngineNode[]): void {
    const named = new Map(nodes.map((node) => [addressOf(node), node]));
    const kept = this.members.filter(({ address }) => named.delete(address));
    if (named.size === 0 && kept.length === this.members.length) return;
    const added = [...named.values()].map((node) => this.add(node));
    this.members = [...kept, ...added];
    for (const node of added) node.start();
    this.update();
  }

  close(): void {
    for (const node of this.open) node.close();
  }

  private add(node: EngineNode): MemcachedNode {
    const onChange = () => {
      this.update();
      this.options.onChange();
    };
    const added = new MemcachedNode(node, { ...this.options, onChange });
    this.open.add(added);
    return added;
  }

  /** All processes must agree on the ring, so a new node that cannot be connected gets its keys as well. */
  private update(): void {
    if (this.ring.nodes === this.members || !this.members.every(({ wasTried }) => wasTried)) return;
    const members = new Set(this.members);
    for (const node of this.open) {
      if (node.isClosed) this.open.delete(node);
      else if (!members.has(node)) node.retire();
    }
    this.ring = new KeyRing(this.members);
  }
}
