import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Attributes, Meter, ObservableCounter } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import { LRUCache } from 'lru-cache';
import {
  type BoardEvent,
  boardEventChannel,
  type BoardSize,
  boardSizeChannel,
  refusedMessageChannel,
} from '../../leaderboard/index.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { subscribe } from '../subscribe.js';

/** Maximum number of series per metric with a board label. Each series makes a scrape larger, and the SDK drops labels beyond 2,000. */
const LARGEST = 100;
/** Sizes are measured once a minute. Older ones belong to deleted boards. */
const FORGET_AFTER_MS = 5 * 60_000;
/** Maximum number of boards with their own event counters. Beyond it, the counter that was idle longest is reset. */
const MOST_BOARDS = 10_000;

const FIGURES = {
  players: { name: 'players', text: 'Players in a set of a board, once a minute' },
  bytes: {
    name: 'engine.bytes',
    text: 'Engine memory of a set of a board, by the engine’s own estimate, once a minute',
  },
  behind: {
    name: 'behind',
    text: 'Changes that the ledger of a board has and its sets do not, once a minute',
  },
} as const;

type Figure = keyof typeof FIGURES;
type Events = Partial<Record<BoardEvent['event'], number>>;

/** Sizes and events of boards, from the leaderboard's channels: per board for the largest ones, and in total. */
@Injectable()
export class BoardMetrics implements OnApplicationShutdown {
  private readonly sizes = new Map<string, BoardSize & { measuredAt: number }>();
  private readonly events = new LRUCache<string, Events>({ max: MOST_BOARDS });
  private readonly totalEvents: Events = {};
  private readonly subscriptions: (() => void)[];

  constructor({ meter }: MetricsService) {
    for (const figure of Object.keys(FIGURES) as Figure[]) this.observeFigure(meter, figure);
    this.observeBoards(meter);
    this.observeEvents(meter);
    const refused = meter.createCounter('leaderboard.messages.refused', {
      description: 'Messages of viewers that were refused, by the code of the answer.',
    });
    this.subscriptions = [
      subscribe(refusedMessageChannel, ({ code }) => refused.add(1, { [ATTR_ERROR_TYPE]: code })),
      subscribe(boardSizeChannel, (size) => this.keep(size)),
      subscribe(boardEventChannel, (event) => this.count(event)),
    ];
  }

  onApplicationShutdown(): void {
    for (const unsubscribe of this.subscriptions) unsubscribe();
  }

  private observeFigure(meter: Meter, figure: Figure): void {
    const { name, text } = FIGURES[figure];
    const each = meter.createObservableGauge(`leaderboard.${name}`, {
      description: `${text}: the ${LARGEST} highest only. leaderboard.boards.${name} is the sum of all.`,
    });
    const total = meter.createObservableGauge(`leaderboard.boards.${name}`, {
      description: `${text}: the sum of all boards, by window.`,
    });
    meter.addBatchObservableCallback(
      (observer) => {
        const sizes = this.currentSizes();
        for (const size of largest(sizes, (one) => one[figure])) {
          observer.observe(each, size[figure], { ...ofBoard(size.board), ...ofWindow(size.window) });
        }
        for (const [window, sum] of sumByWindow(sizes, figure))
          observer.observe(total, sum, ofWindow(window));
      },
      [each, total],
    );
  }

  private observeBoards(meter: Meter): void {
    const boards = meter.createObservableGauge('leaderboard.boards', {
      description: 'Boards measured in the last minutes.',
    });
    boards.addCallback((observer) =>
      observer.observe(new Set(this.currentSizes().map(({ board }) => board)).size),
    );
  }

  private observeEvents(meter: Meter): void {
    const text = 'Batches shown or late, rebuilds, and readers answered by the ledger';
    const each = meter.createObservableCounter('leaderboard.events', {
      description: `${text}, by board: the ${LARGEST} boards with the most only. leaderboard.boards.events counts all.`,
    });
    const total = meter.createObservableCounter('leaderboard.boards.events', {
      description: `${text}: all boards.`,
    });
    meter.addBatchObservableCallback(
      (observer) => {
        const observe = (counter: ObservableCounter, events: Events, attributes: Attributes) => {
          for (const [event, count] of Object.entries(events)) {
            observer.observe(counter, count, { ...attributes, 'leaderboard.event': event });
          }
        };
        observe(total, this.totalEvents, {});
        for (const [board, events] of largest([...this.events.entries()], ([, one]) => sumOf(one))) {
          observe(each, events, ofBoard(board));
        }
      },
      [each, total],
    );
  }

  private keep(size: BoardSize): void {
    this.sizes.set(`${size.window} ${size.board}`, { ...size, measuredAt: performance.now() });
  }

  private count({ board, event }: BoardEvent): void {
    const events = this.events.get(board) ?? {};
    events[event] = (events[event] ?? 0) + 1;
    this.events.set(board, events);
    this.totalEvents[event] = (this.totalEvents[event] ?? 0) + 1;
  }

  private currentSizes(): BoardSize[] {
    const oldest = performance.now() - FORGET_AFTER_MS;
    for (const [key, { measuredAt }] of this.sizes) if (measuredAt < oldest) this.sizes.delete(key);
    return [...this.sizes.values()];
  }
}

function largest<T>(items: T[], valueOf: (item: T) => number): T[] {
  return items.toSorted((a, b) => valueOf(b) - valueOf(a)).slice(0, LARGEST);
}

function sumByWindow(sizes: BoardSize[], figure: Figure): Map<string, number> {
  const sums = new Map<string, number>();
  for (const size of sizes) sums.set(size.window, (sums.get(size.window) ?? 0) + size[figure]);
  return sums;
}

function sumOf(events: Events): number {
  return Object.values(events).reduce((sum, count) => sum + count, 0);
}

const ofBoard = (board: string): Attributes => ({ 'leaderboard.board': board });
const ofWindow = (window: string): Attributes => ({ 'leaderboard.window': window });
