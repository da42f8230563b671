import type { Call } from './engine-calls.js';

const OPENS_AFTER = 5;

type CountedCall = Pick<Call, 'answersBefore' | 'isExpired'>;

/**
 * The circuit breaker of one server. Five unanswered calls in a row open it, and calls are then refused at once. The next answer to
 * the heartbeat closes it, so no caller has to probe.
 *
 * A call that expires while other calls are answered in time does not count: the server is busy, not silent. Late answers do not
 * prevent opening, or a server that is always too slow would never open the breaker.
 *
 * Source: https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
 */
export class Breaker {
  isOpen = false;
  private unanswered = 0;
  private answersInTime = 0;
  /** All answers, including late ones. */
  answers = 0;

  constructor(private readonly onChange: () => void) {}

  sent(call: CountedCall): void {
    call.answersBefore = this.answersInTime;
  }

  answered({ isExpired }: CountedCall): void {
    this.unanswered = 0;
    this.answers++;
    if (!isExpired) this.answersInTime++;
  }

  leftUnanswered({ answersBefore }: CountedCall): void {
    if (answersBefore !== this.answersInTime) return;
    this.unanswered++;
    if (!this.isOpen && this.unanswered >= OPENS_AFTER) this.change(true);
  }

  close(): void {
    this.unanswered = 0;
    if (this.isOpen) this.change(false);
  }

  private change(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.onChange();
  }
}
