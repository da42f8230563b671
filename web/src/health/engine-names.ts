import type { EngineStatus } from '../../../src/demo/console/console.wire.js';

export const engineNames: Record<EngineStatus['kind'], string> = {
  redis: 'Redis',
  valkey: 'Valkey',
  memcached: 'Memcached',
};
