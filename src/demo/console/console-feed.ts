import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { type EngineReport, Engines, engineStateChannel } from '../../engine/index.js';
import { lookupChannel, type LookupTrace } from '../../query-cache/index.js';
import { sessionChannel, type SessionEvent } from '../../sessions/index.js';
import { subscribe } from '../../telemetry/index.js';

const TRACES_KEPT = 500;
const BATCH_MS = 100;
/** Under load a viewer gets only the newest of each batch, because thousands of lines a second cannot be read. */
const LARGEST_BATCH = 50;

export interface FeedListener {
  lookups(traces: LookupTrace[]): void;
  sessions(events: SessionEvent[]): void;
  engines(engines: EngineReport[]): void;
}

/** Keeps the newest lookups for `traces`, and passes all events on in batches. */
@Injectable()
export class ConsoleFeed implements OnModuleDestroy {
  private readonly traces: LookupTrace[] = [];
  private lookups: LookupTrace[] = [];
  private sessions: SessionEvent[] = [];
  private listener: FeedListener | undefined;
  private readonly timer = setInterval(() => this.flush(), BATCH_MS).unref();
  private readonly subscriptions: (() => void)[];

  constructor(private readonly engines: Engines) {
    this.subscriptions = [
      subscribe(lookupChannel, (trace) => this.keep(trace)),
      subscribe(sessionChannel, (event) => this.listener && this.sessions.push(event)),
      subscribe(engineStateChannel, () => this.listener?.engines(this.engines.reports())),
    ];
  }

  /** Newest first. */
  newestTraces(limit: number): LookupTrace[] {
    return this.traces.slice(-limit).toReversed();
  }

  onEvents(listener: FeedListener): void {
    this.listener = listener;
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  private keep(trace: LookupTrace): void {
    this.traces.push(trace);
    if (this.traces.length >= 2 * TRACES_KEPT) this.traces.splice(0, TRACES_KEPT);
    if (!this.listener) return;
    this.lookups.push(trace);
    if (this.lookups.length >= 2 * LARGEST_BATCH) this.lookups = this.lookups.slice(-LARGEST_BATCH);
  }

  private flush(): void {
    if (this.lookups.length > 0) this.listener?.lookups(this.lookups.splice(0).slice(-LARGEST_BATCH));
    if (this.sessions.length > 0) this.listener?.sessions(this.sessions.splice(0));
  }
}
