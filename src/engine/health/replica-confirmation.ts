import { SharedRuns } from '../../common/index.js';
import type { CommandClient } from '../commands/command-client.js';
import type { CommandSender } from '../commands/command-sender.js';
import { countGoodReplicas } from './replication-advice.js';

/** Short, since WAIT holds up every call on the connection. A healthy replica takes about a millisecond. */
const REPLICA_TIMEOUT_MS = 50;

/** Finds out whether a replica has what a primary has. Concurrent callers share one WAIT. */
export class ReplicaConfirmation {
  private readonly waits = new SharedRuns<boolean | null>();

  constructor(
    private readonly sender: CommandSender,
    /** False if a connected server refuses a command. */
    private readonly allows: (command: string) => boolean,
  ) {}

  /** See `RedisEngine.isReplicated`. @param primary the address of the key's primary. */
  of(key: string, primary: string): Promise<boolean | null> {
    return this.waits.run(primary, () => this.wait(key));
  }

  private async wait(key: string): Promise<boolean | null> {
    if (!this.allows('INFO') || !this.allows('WAIT')) return null;
    const send = <T>(command: (client: CommandClient) => Promise<T>) => this.sender.send(key, command, {});
    const replicas = countGoodReplicas(await send((client) => client.info('replication')));
    if (!replicas) return replicas === null ? null : false;
    return (await send((client) => client.wait(1, REPLICA_TIMEOUT_MS))) > 0;
  }
}
