import { Injectable } from '@nestjs/common';
import { changesBetween, type KnownRoles, rolesAfter } from './server-changes.js';
import type { Server, ServerEvent } from './servers.wire.js';

const KEPT = 100;
/** Lists that are further apart are not compared: nobody knows when something happened between them. */
const LONGEST_PAUSE_MS = 10_000;

/** Compares each list of the servers with the one before, and keeps the newest events. While no page lists them there are none. */
@Injectable()
export class ServerEvents {
  private events: ServerEvent[] = [];
  private before: readonly Server[] | undefined;
  private known: KnownRoles = {};
  private comparedAt = 0;
  private requested = 0;
  private compared = 0;
  private listener = (_events: readonly ServerEvent[]): void => undefined;

  /** Oldest first. */
  get newest(): readonly ServerEvent[] {
    return this.events;
  }

  onEvents(listener: (events: readonly ServerEvent[]) => void): void {
    this.listener = listener;
  }

  /** Passes the list on. A list that was requested before one that has arrived is not compared. */
  async observe(list: () => Promise<Server[]>): Promise<Server[]> {
    const own = ++this.requested;
    const servers = await list();
    if (own > this.compared) {
      this.compared = own;
      this.compare(servers, Date.now());
    }
    return servers;
  }

  private compare(servers: Server[], at: number): void {
    const isKnown = this.before !== undefined && at - this.comparedAt <= LONGEST_PAUSE_MS;
    const changes = isKnown ? changesBetween(this.before ?? [], servers, this.known) : [];
    this.before = servers;
    this.known = rolesAfter(this.known, servers);
    this.comparedAt = at;
    if (changes.length === 0) return;
    const events = changes.map((change) => ({ ...change, at }));
    this.events = [...this.events, ...events].slice(-KEPT);
    this.listener(events);
  }
}
