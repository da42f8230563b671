const MOST = 10_000;

/**
 * The sessions that ended lately, by handle. An id never comes back, so a session of one of these is one that a server brought
 * back: a replica that was promoted without the end, or a server that restarted from an older snapshot.
 */
export class EndedSessions {
  /** When the engine would have expired it anyway, as of `performance.now()`. In the order of their end. */
  private readonly forgetAt = new Map<string, number>();

  /** @param keepMs the longest that a session lives without being used. */
  constructor(private readonly keepMs: number) {}

  add(handle: string): void {
    const now = performance.now();
    this.forgetAt.delete(handle);
    this.forgetAt.set(handle, now + this.keepMs);
    for (const [oldest, forgetAt] of this.forgetAt) {
      if (this.forgetAt.size <= MOST && forgetAt > now) break;
      this.forgetAt.delete(oldest);
    }
  }

  has(handle: string): boolean {
    return (this.forgetAt.get(handle) ?? 0) > performance.now();
  }

  get handles(): string[] {
    return [...this.forgetAt.keys()].filter((handle) => this.has(handle));
  }
}
