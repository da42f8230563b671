import { SharedRuns } from '../../common/index.js';
import type { CommandClient } from '../commands/command-client.js';
import type { CommandSender } from '../commands/command-sender.js';
import { keySlot } from '../topology/key-slot.js';
import { countGoodReplicas } from './replication-advice.js';

/**
 * WAIT holds up every call on the connection. A replica nearby takes about a millisecond. If all are frozen, writes are refused after
 * seconds, and nothing waits any longer.
 */
const LONGEST_WAIT_MS = 100;
/** In between, other calls get through. */
const ATTEMPTS = 3;
const PROBE_EXPIRES = { type: 'PX', value: 1_000 } as const;

/** Finds out whether a replica has what a primary has. Concurrent callers share one WAIT. */
export class ReplicaConfirmation {
  private readonly waits = new SharedRuns<boolean | null>();

  /** @param allows false if a connected server refuses a command. */
  constructor(
    private readonly sender: CommandSender,
    private readonly allows: (command: string) => boolean,
    private readonly deadlineMs: number,
  ) {}

  /** See `RedisEngine.waitForReplica`. @param primary the address of the key's primary: its callers share one answer. */
  wait(key: string, primary: string): Promise<boolean | null> {
    return this.waits.run(primary, () => this.confirm(key));
  }

  private async confirm(key: string): Promise<boolean | null> {
    if (!this.allows('INFO') || !this.allows('WAIT')) return null;
    const send = <T>(command: (client: CommandClient) => Promise<T>) => this.sender.send(key, command, {});
    const replicas = countGoodReplicas(await send((client) => client.info('replication')));
    const probe = probeOf(key);
    if (replicas === null || probe === undefined) return null;
    if (replicas === 0) return false;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (await send((client) => this.writeAndWait(client, probe))) return true;
    }
    return false;
  }

  /** WAIT waits only for writes of its own connection. Without one, it counts replicas that acknowledged earlier writes and may be gone. */
  private async writeAndWait(client: CommandClient, probe: string): Promise<boolean> {
    const waitMs = Math.min(LONGEST_WAIT_MS, Math.floor(this.deadlineMs / 3));
    const [, confirmed] = await Promise.all([
      client.set(probe, '', { expiration: PROBE_EXPIRES }),
      client.wait(1, waitMs).catch(() => 0),
    ]);
    return confirmed > 0;
  }
}

/** A key in the same slot. It starts with the given key, so an ACL for that prefix allows it. Undefined for keys with odd braces. */
function probeOf(key: string): string | undefined {
  const names = [`${key}:probe`, `${key}:{${key}}`];
  return names.find((name) => keySlot(name) === keySlot(key));
}
