import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
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
 * lost connection misses nothing. A node that is disconnected trusts no stored answer for longer than a second, until it is connected again and has invalidated all.
 */
@Injectable()
export class FlightChangesListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private close: () => void = () => undefined;
  private readonly changes = new Set<string>();
  private disconnections = 0;
  private readonly logger = new Logger('Flights');

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
      onDisconnected: () => this.suspend(),
      onReconnected: () => void this.resume(),
    });
  }

  onApplicationShutdown(): void {
    this.close();
  }

  private suspend(): void {
    this.disconnections += 1;
    this.flights.followsChanges = false;
    this.logger.warn('Changes of flights are not heard. Their answers are cached for a second only.');
  }

  private async resume(): Promise<void> {
    const { disconnections } = this;
    await this.flights.invalidateAll();
    // It may be disconnected again by now.
    if (disconnections !== this.disconnections) return;
    this.flights.followsChanges = true;
    this.logger.log('Changes of flights are heard again.');
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
