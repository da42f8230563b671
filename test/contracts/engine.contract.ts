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
import { describeOtherCommands } from './engine/other-commands.contract.js';
import { describePubSub } from './engine/pub-sub.contract.js';
import { describeScripts } from './engine/scripts.contract.js';
import { describeShortDeadlines } from './engine/short-deadlines.contract.js';
import { describeSlots } from './engine/slots.contract.js';
import { describeValues } from './engine/values.contract.js';

/**
 * The contract of an engine on Redis or Valkey, in any topology.
 *
 * `start` starts the servers once for all tests. No replica is promoted here, and every paused server is resumed before the next test:
 * the loss of servers is tested by the fault suite (test/support/faults).
 *
 * @param hasOtherCommands false for a user that may use only the commands of the modules.
 * @param isCoherent false where the server refuses what a feed of invalidations needs.
 */
export function describeEngineContract(
  name: string,
  start: () => Promise<EngineServers>,
  { isCoherent = true, hasOtherCommands = true } = {},
): void {
  describe(`an engine on ${name}`, () => {
    const trial = new EngineTrial(start);
    describeValues(trial);
    if (hasOtherCommands) describeOtherCommands(trial);
    describeBytes(trial);
    describeBatches(trial);
    describeScripts(trial);
    describeSlots(trial);
    describeErrors(trial);
    describeLibraries(trial);
    describeFacts(trial);
    describePubSub(trial);
    if (isCoherent) describeInvalidations(trial);
    describeDeadlines(trial);
    describeShortDeadlines(trial);
    describeLifecycle(trial);
  });
}
