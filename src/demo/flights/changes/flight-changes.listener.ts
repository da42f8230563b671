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

const RETRY_MS = 1_000;

/**
 * Invalidates answers when any client of the database changes flights: this application, `psql`, or a batch. Every node listens, so that one
 * lost connection misses nothing. A node that is disconnected trusts no stored answer for longer than a second, until it is connected again and has invalidated all.
 */
@Injectable()
export class FlightChangesListener implements OnApplicationBootstrap, OnApplicationShutdown {
  private close: () => void = () => undefined;
  private readonly changes = new Set<string>();
  private suspensions = 0;
  private retry: NodeJS.Timeout | undefined;
  private isClosed = false;
  private readonly logger = new Logger('Flights');

  constructor(
    private readonly database: Database,
    private readonly migrations: Migrations,
    private readonly flights: FlightsService,
  ) {}

  /** Does not wait: the application serves while its database is down. */
  onApplicationBootstrap(): void {
    this.close = this.database.listen(CHANGES_CHANNEL, {
      onNotification: (change) => (change === ANY_CHANGE ? this.addAny() : this.add(change)),
      onDisconnected: () => this.suspend(),
      onReconnected: () => void this.renew(),
    });
    const functions = [CREATE_FUNCTION, CREATE_TRUNCATE_FUNCTION];
    void this.migrations.apply('flights', functions, () => this.createTriggers());
  }

  onApplicationShutdown(): void {
    this.isClosed = true;
    this.close();
    clearTimeout(this.retry);
  }

  /** At once, and again after the triggers are there, for which it may have to wait. */
  private addAny(): void {
    void this.flights.invalidateAll();
    void this.renew();
  }

  private async createTriggers(): Promise<void> {
    await this.database.query(CREATE_TRIGGERS);
  }

  private suspend(): void {
    this.suspensions += 1;
    clearTimeout(this.retry);
    if (!this.flights.followsChanges) return;
    this.flights.followsChanges = false;
    this.logger.warn('Changes of flights are not heard. Their answers are cached for a second only.');
  }

  /** Loading the flights drops their table with its triggers. Invalidates after they are created: what changed before was not published. */
  private async renew(): Promise<void> {
    const { suspensions } = this;
    try {
      await this.createTriggers();
    } catch {
      // If it is disconnected, reconnecting renews.
      if (this.isClosed || suspensions !== this.suspensions) return;
      // For example another client has locked the table.
      this.suspend();
      this.retry = setTimeout(() => void this.renew(), RETRY_MS).unref();
      return;
    }
    await this.flights.invalidateAll();
    // It may be disconnected again by now.
    if (suspensions !== this.suspensions || this.flights.followsChanges) return;
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
    await this.flights.invalidateChanged(changes);
  }
}
