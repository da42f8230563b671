import type { Meter } from '@opentelemetry/api';
import {
  ATTR_DB_COLLECTION_NAME,
  ATTR_DB_OPERATION_NAME,
  ATTR_DB_SYSTEM_NAME,
  ATTR_ERROR_TYPE,
  DB_SYSTEM_NAME_VALUE_POSTGRESQL,
  METRIC_DB_CLIENT_OPERATION_DURATION,
} from '@opentelemetry/semantic-conventions';
import { type Database, statementChannel } from '../../database/index.js';
import { subscribe } from '../subscribe.js';
import { durations } from './instruments.js';

const SYSTEM = { [ATTR_DB_SYSTEM_NAME]: DB_SYSTEM_NAME_VALUE_POSTGRESQL };

/**
 * Statements and connections of the PostgreSQL pool.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/database/database-metrics/
 */
export class DatabaseMetrics {
  readonly stop: () => void;

  constructor(meter: Meter, database: Database) {
    const statements = durations(
      meter,
      METRIC_DB_CLIENT_OPERATION_DURATION,
      'Duration of SQL statements, with the wait for a connection of the pool.',
    );
    this.stop = subscribe(statementChannel, ({ operation, table, durationMs, isFailed }) =>
      statements.record(durationMs / 1000, {
        ...SYSTEM,
        [ATTR_DB_OPERATION_NAME]: operation,
        ...(table !== null && { [ATTR_DB_COLLECTION_NAME]: table }),
        ...(isFailed && { [ATTR_ERROR_TYPE]: '_OTHER' }),
      }),
    );
    observePool(meter, database);
  }
}

function observePool(meter: Meter, database: Database): void {
  const count = meter.createObservableGauge('db.client.connection.count', {
    description: 'Connections of the pool, by state: idle or used.',
  });
  const most = meter.createObservableGauge('db.client.connection.max', {
    description: 'Maximum number of connections of the pool.',
  });
  const waiting = meter.createObservableGauge('db.client.connection.pending_requests', {
    description: 'Statements that wait for a connection of the pool.',
  });
  meter.addBatchObservableCallback(
    (observer) => {
      const state = database.poolState;
      for (const name of ['idle', 'used'] as const)
        observer.observe(count, state[name], { ...SYSTEM, 'db.client.connection.state': name });
      observer.observe(most, state.max, SYSTEM);
      observer.observe(waiting, state.waiting, SYSTEM);
    },
    [count, most, waiting],
  );
}
