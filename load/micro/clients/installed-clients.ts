import type { ClientKind } from './compared-client.js';
import { loadGlide } from './glide.js';
import { loadIoValkey } from './iovalkey.js';
import { nodeRedis } from './node-redis.js';
import { ownEngine } from './own-engine.js';

export const MISSING_CLIENTS =
  'iovalkey and valkey-glide are not compared, run `npm ci --prefix load/micro/clients` to install them.';

/** The clients to compare, ours last. Not complete without those that are no dependencies of the project. */
export function installedClients(): { kinds: readonly ClientKind[]; isComplete: boolean } {
  const optional = [loadIoValkey(), loadGlide()];
  const installed = optional.filter((kind) => kind !== undefined);
  return {
    kinds: [nodeRedis, ...installed, ownEngine],
    isComplete: installed.length === optional.length,
  };
}
