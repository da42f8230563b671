import { SharedRuns } from '../../common/index.js';
import type { CommandClient } from '../commands/command-client.js';
import type { CommandSender } from '../commands/command-sender.js';
import { keySlot } from '../topology/key-slot.js';
import { countGoodReplicas } from './replication-advice.js';

/** Short, since WAIT holds up every call on the connection. A healthy replica takes about a millisecond. */
const REPLICA_TIMEOUT_MS = 50;
const PROBE_EXPIRES = { type: 'PX', value: 1_000 } as const;

/** Finds out whether a replica has what a primary has. Concurrent callers share one WAIT. */
export class ReplicaConfirmation {
  private readonly waits = new SharedRuns<boolean | null>();

  constructor(
    private readonly sender: CommandSender,
    /** False if a connected server refuses a command. */
    private readonly allows: (command: string) => boolean,
  ) {}

  /** See `RedisEngine.waitForReplica`. @param primary the address of the key's primary. */
  wait(key: string, primary: string): Promise<boolean | null> {
    return this.waits.run(primary, () => this.confirm(key));
  }

  private async confirm(key: string): Promise<boolean | null> {
    if (!this.allows('INFO') || !this.allows('WAIT')) return null;
    const send = <T>(command: (client: CommandClient) => Promise<T>) => this.sender.send(key, command, {});
    const replicas = countGoodReplicas(await send((client) => client.info('replication')));
    if (!replicas) return replicas === null ? null : false;
    // WAIT waits only for the writes of its own connection, and after none it counts replicas that may be gone.
    const [, confirmed] = await send((client) =>
      Promise.all([
        client.set(probeOf(key), '', { expiration: PROBE_EXPIRES }),
        client.wait(1, REPLICA_TIMEOUT_MS).catch(() => 0),
      ]),
    );
    return confirmed > 0;
  }
}

/** A key in the same slot. It begins with the key, so that an ACL that allows a prefix allows it as well. */
function probeOf(key: string): string {
  const names = [`${key}:probe`, `${key}:{${key}}`];
  return names.find((name) => keySlot(name) === keySlot(key)) ?? key;
}
