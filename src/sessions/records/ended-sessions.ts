const MAX_REMEMBERED = 10_000;

/**
 * Handles of the sessions that ended lately. An id is never used again, so if the engine still has one of these sessions, a server
 * has restored it: a replica that was promoted without the deletion, or a restart from an older snapshot.
 */
export class EndedSessions {
  /** By handle, in the order of their ends: when the engine would have expired the session anyway (`performance.now()`). */
  private readonly expiresAt = new Map<string, number>();

  /** @param keepMs the idle lifetime of sessions. */
  constructor(private readonly keepMs: number) {}

  add(handle: string): void {
    const now = performance.now();
    this.expiresAt.delete(handle);
    this.expiresAt.set(handle, now + this.keepMs);
    for (const [oldest, expiresAt] of this.expiresAt) {
      if (this.expiresAt.size <= MAX_REMEMBERED && expiresAt > now) break;
      this.expiresAt.delete(oldest);
    }
  }

  has(handle: string): boolean {
    return (this.expiresAt.get(handle) ?? 0) > performance.now();
  }

  get handles(): string[] {
    return [...this.expiresAt.keys()].filter((handle) => this.has(handle));
  }
}
