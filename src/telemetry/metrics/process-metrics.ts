import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import type { Meter } from '@opentelemetry/api';
import { inUnit } from './instruments.js';

const DELAYS = ['p50', 'p90', 'p99', 'max'] as const;

/**
 * Processor, memory and event loop of this process.
 *
 * Source: https://opentelemetry.io/docs/specs/semconv/runtime/nodejs-metrics/
 */
export class ProcessMetrics {
  private readonly delay = monitorEventLoopDelay({ resolution: 10 });
  private utilization = performance.eventLoopUtilization();

  constructor(meter: Meter) {
    this.delay.enable();
    observeProcessor(meter);
    observeMemory(meter);
    this.observeEventLoop(meter);
  }

  stop(): void {
    this.delay.disable();
  }

  private observeEventLoop(meter: Meter): void {
    const delays = DELAYS.map((figure) =>
      meter.createObservableGauge(
        ...inUnit(
          `nodejs.eventloop.delay.${figure}`,
          's',
          `Delay of the event loop since the last scrape: ${figure}. Ticks are 10 ms apart.`,
        ),
      ),
    );
    const utilization = meter.createObservableGauge(
      ...inUnit(
        'nodejs.eventloop.utilization',
        '1',
        'Share of the time since the last scrape that was work.',
      ),
    );
    meter.addBatchObservableCallback(
      (observer) => {
        const { delay } = this;
        const figures = [delay.percentile(50), delay.percentile(90), delay.percentile(99), delay.max];
        // Another scrape was less than a tick ago.
        if (delay.count > 0)
          for (const [i, gauge] of delays.entries()) observer.observe(gauge, (figures[i] ?? 0) / 1e9);
        delay.reset();
        const now = performance.eventLoopUtilization();
        observer.observe(utilization, performance.eventLoopUtilization(now, this.utilization).utilization);
        this.utilization = now;
      },
      [...delays, utilization],
    );
  }
}

function observeProcessor(meter: Meter): void {
  const time = meter.createObservableCounter(
    ...inUnit('process.cpu.time', 's', 'Processor time this process has used.'),
  );
  time.addCallback((observer) => {
    const { user, system } = process.cpuUsage();
    observer.observe(user / 1e6, { 'cpu.mode': 'user' });
    observer.observe(system / 1e6, { 'cpu.mode': 'system' });
  });
}

function observeMemory(meter: Meter): void {
  const memory = meter.createObservableGauge(
    ...inUnit('process.memory.usage', 'By', 'Physical memory of this process.'),
  );
  memory.addCallback((observer) => observer.observe(process.memoryUsage.rss()));
  const heap = meter.createObservableGauge(
    ...inUnit('v8js.memory.heap.used', 'By', 'Used memory of V8’s heap, by space.'),
  );
  heap.addCallback((observer) => {
    for (const { space_name, space_used_size } of getHeapSpaceStatistics())
      observer.observe(space_used_size, { 'v8js.heap.space.name': space_name });
  });
}
