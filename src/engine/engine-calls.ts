import {
  BrokenCircuitError,
  circuitBreaker,
  type CircuitBreakerPolicy,
  ConsecutiveBreaker,
  handleWhen,
  SamplingBreaker,
} from 'cockatiel';
import { EngineError } from './engine.errors.js';

/** One server: when five in a row found it out. */
const onOneServer = () => new ConsecutiveBreaker(5);
/** Several: the calls to a lost shard must not stop those to the others, so only when nearly all fail. */
const onSeveralServers = () => new SamplingBreaker({ threshold: 0.9, duration: 1_000, minimumRps: 5 });
const PROBE_AFTER_MS = 250;

/**
 * The one gate every engine call goes through: a deadline around each, a breaker around all.
 *
 * A call settles within its deadline as its value or as an {@link EngineError}. After outages in a row calls are
 * refused at once, and one in 250 ms is let through to see whether the engine is back.
 */
export class EngineCalls {
  private readonly breaker: CircuitBreakerPolicy;

  /** @param isShared whether several servers answer the calls, so that one of them failing is not the engine failing. */
  constructor(
    private readonly engine: string,
    private readonly deadlineMs: number,
    private readonly explain: (error: unknown, command: string) => EngineError,
    isShared = false,
  ) {
    this.breaker = circuitBreaker(
      handleWhen((error) => error instanceof EngineError && error.outcome !== 'failed'),
      { halfOpenAfter: PROBE_AFTER_MS, breaker: isShared ? onSeveralServers() : onOneServer() },
    );
  }

  async settle<T>(command: string, send: () => Promise<T>): Promise<T> {
    try {
      return await this.breaker.execute(() => this.withinDeadline(command, send));
    } catch (error) {
      if (error instanceof BrokenCircuitError) {
        throw new EngineError('refused', `${this.engine} is not answering, so ${command} was not sent.`);
      }
      throw error;
    }
  }

  /** The same deadline without the breaker, for the watchdog's own probe. */
  withinDeadline<T>(command: string, send: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () =>
          reject(
            new EngineError(
              'unknown',
              `${this.engine} did not answer ${command} within ${this.deadlineMs} ms.`,
            ),
          ),
        this.deadlineMs,
      );
      // Both handlers stay attached after the deadline, so a late rejection is never unhandled.
      invoke(send)
        .then(resolve, (error: unknown) => reject(this.explain(error, command)))
        .finally(() => clearTimeout(timer));
    });
  }
}

/** What throws before it returns a promise rejects like the rest. */
async function invoke<T>(send: () => Promise<T>): Promise<T> {
  return send();
}
