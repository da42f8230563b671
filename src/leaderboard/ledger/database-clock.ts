import { Injectable } from '@nestjs/common';
import { Database } from '../../database/index.js';

/** Between two readings the node's monotonic clock counts, which drifts by less than a millisecond in this time. */
const READ_EVERY_MS = 10_000;

/**
 * The time of the database. It decides for all nodes when days, weeks and months begin and end. A node whose own clock is wrong would end
 * periods for everybody.
 */
@Injectable()
export class DatabaseClock {
  private reading: { time: number; at: number } | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly database: Database) {}

  /** Waits for the database until the first reading only. @throws {DatabaseUnavailableError} if there was none yet. */
  async now(): Promise<Date> {
    if (!this.reading) await this.read();
    const { time, at } = this.reading ?? { time: NaN, at: 0 };
    const elapsed = performance.now() - at;
    if (elapsed >= READ_EVERY_MS) this.read().catch(() => undefined);
    return new Date(time + elapsed);
  }

  /** Reads the time. Concurrent calls share one statement. */
  read(): Promise<void> {
    this.running ??= this.readNow().finally(() => (this.running = undefined));
    return this.running;
  }

  private async readNow(): Promise<void> {
    const [row] = await this.database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    if (row) this.reading = { time: row.now.getTime(), at: performance.now() };
  }
}
