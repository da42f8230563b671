import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { sessionChannel } from '../../sessions/index.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { subscribe } from '../subscribe.js';

/** Counts what happens to sessions, from the channel of the sessions. */
@Injectable()
export class SessionMetrics implements OnApplicationShutdown {
  private readonly unsubscribe: () => void;

  constructor({ meter }: MetricsService) {
    const sessions = meter.createCounter('session.events', {
      description: 'Sessions created, ended and refused.',
    });
    this.unsubscribe = subscribe(sessionChannel, ({ event }) => sessions.add(1, { 'session.event': event }));
  }

  onApplicationShutdown(): void {
    this.unsubscribe();
  }
}
