import { describe } from 'vitest';
import type { EngineServers } from './engine-servers.js';
import { EngineTrial } from './engine-trial.js';
import { describeBatches } from './engine/batches.contract.js';
import { describeBytes } from './engine/bytes.contract.js';
import { describeDeadlines } from './engine/deadlines.contract.js';
import { describeErrors } from './engine/errors.contract.js';
import { describeFacts } from './engine/facts.contract.js';
import { describeInvalidations } from './engine/invalidations.contract.js';
import { describeLibraries } from './engine/libraries.contract.js';
import { describeLifecycle } from './engine/lifecycle.contract.js';
import { describePubSub } from './engine/pub-sub.contract.js';
import { describeScripts } from './engine/scripts.contract.js';
import { describeSlots } from './engine/slots.contract.js';
import { describeValues } from './engine/values.contract.js';

/**
 * What every engine of Redis and Valkey promises to the stores, whatever it is made of.
 *
 * `start` brings up the servers, once for all the tests. What a loss of servers costs is another suite's: here none is
 * promoted, and each is back before the next test.
 */
export function describeEngineContract(name: string, start: () => Promise<EngineServers>): void {
  describe(`an engine on ${name}`, () => {
    const trial = new EngineTrial(start);
    describeValues(trial);
    describeBytes(trial);
    describeBatches(trial);
    describeScripts(trial);
    describeSlots(trial);
    describeErrors(trial);
    describeLibraries(trial);
    describeFacts(trial);
    describePubSub(trial);
    describeInvalidations(trial);
    describeDeadlines(trial);
    describeLifecycle(trial);
  });
}
