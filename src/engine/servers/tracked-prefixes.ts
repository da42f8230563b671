import type { RedisClientType } from 'redis';

/**
 * The key prefixes that one connection tracks in broadcasting mode: the server pushes the name of each changed key. A prefix is
 * tracked for as long as the connection lasts.
 *
 * Source: https://redis.io/docs/latest/commands/client-tracking/
 */
export class TrackedPrefixes {
  /** The value says whether the server has confirmed the prefix. */
  private readonly prefixes = new Map<string, boolean>();

  constructor(private readonly client: RedisClientType) {}

  /** node-redis turns on tracking of everything that is read; that mode is expensive for the server and excludes prefixes. */
  async start(prefixes: readonly string[]): Promise<void> {
    const off = this.client.sendCommand(['CLIENT', 'TRACKING', 'OFF']);
    await Promise.all([off, this.add(prefixes)]);
  }

  /** The server rejects prefixes that overlap, so those already covered are skipped. */
  async add(prefixes: readonly string[]): Promise<void> {
    const isCovered = (prefix: string) =>
      [...this.prefixes.keys()].some((tracked) => prefix.startsWith(tracked));
    const missing = prefixes.filter((prefix) => !isCovered(prefix));
    if (missing.length === 0) return;
    for (const prefix of missing) this.prefixes.set(prefix, false);
    const parameters = missing.flatMap((prefix) => ['PREFIX', prefix]);
    await this.client.sendCommand(['CLIENT', 'TRACKING', 'ON', 'BCAST', ...parameters]);
    for (const prefix of missing) this.prefixes.set(prefix, true);
  }

  /** Whether the server pushes every change of a key with this prefix. */
  covers(prefix: string): boolean {
    for (const [tracked, isConfirmed] of this.prefixes) {
      if (isConfirmed && prefix.startsWith(tracked)) return true;
    }
    return false;
  }
}
