import { describe } from 'vitest';
import { type MemcachedSetup, MemcachedTrial } from './memcached-trial.js';
import { describeMemcachedDiscovery } from './memcached/discovery.contract.js';
import { describeMemcachedFaults } from './memcached/faults.contract.js';
import { describeMemcachedNodes } from './memcached/nodes.contract.js';
import { describeMemcachedValues } from './memcached/values.contract.js';

/** The contract of an engine on Memcached with one or several nodes. The query cache relies on it. */
export function describeMemcachedContract(name: string, setup: MemcachedSetup): void {
  describe(`an engine on Memcached, ${name}`, () => {
    const trial = new MemcachedTrial(setup);
    describeMemcachedValues(trial);
    describeMemcachedNodes(trial);
    describeMemcachedDiscovery(trial);
    describeMemcachedFaults(trial);
  });
}
