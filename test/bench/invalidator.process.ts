import { once } from 'node:events';
import { openCacheNode } from './cache-node.js';

/** Another node: invalidates the tag that it is told, and answers when that was acknowledged, on everybody's clock. */
const node = await openCacheNode(process.argv[2] ?? '');
async function invalidate(tag: string): Promise<void> {
  const isConfirmed = await node.cache.invalidateTag(tag);
  process.send?.(isConfirmed ? performance.timeOrigin + performance.now() : Number.NaN);
}

process.on('message', (tag: string) => void invalidate(tag));
process.send?.(0);
await once(process, 'disconnect');
await node.close();
