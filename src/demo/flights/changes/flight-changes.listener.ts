import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Database, Migrations } from '../../../database/index.js';
import { FlightsService } from '../flights.service.js';
import {
  ANY_CHANGE,
  CHANGES_CHANNEL,
  CREATE_FUNCTION,
  CREATE_TRIGGERS,
  CREATE_TRUNCATE_FUNCTION,
} from './flight-changes.sql.js';

/**
 * Invalidates answers when any client of the database changes flights: this application, `psql`, or a batch. Every node listens, so that one
 * lost connection misses nothing. When it is back, everything about flights is invalidated.
 */
@Injectable()
export class FlightChangesListener implements OnApplicationBootstrap, OnModuleDestroy {
  private close: () => void = () => undefined;
  private readonly changes = new Set<string>();

  constructor(
    private readonly database: Database,
    private readonly migrations: Migrations,
    private readonly flights: FlightsService,
  ) {}

  /** Does not wait: the application serves while its database is down. */
  onApplicationBootstrap(): void {
    const createTriggers = async () => void (await this.database.query(CREATE_TRIGGERS));
    void this.migrations.apply('flights', [CREATE_FUNCTION, CREATE_TRUNCATE_FUNCTION], createTriggers);
    this.close = this.database.listen(CHANGES_CHANNEL, {
      onNotification: (change) => this.add(change),
      onGap: () => this.add(ANY_CHANGE),
    });
  }

  onModuleDestroy(): void {
    this.close();
  }

  /** The notifications of a transaction arrive together: they are applied with one invalidation. */
  private add(change: string): void {
    if (this.changes.size === 0) setImmediate(() => void this.apply());
    this.changes.add(change);
  }

  private async apply(): Promise<void> {
    const changes = [...this.changes];
    this.changes.clear();
    if (changes.includes(ANY_CHANGE)) await this.flights.invalidateAll();
    else await this.flights.invalidateChanged(changes);
  }
}
