import type { Call } from './engine-calls.js';

const OPENS_AFTER = 5;

type Waited = Pick<Call, 'answersBefore' | 'isExpired'>;

/**
 * Whether a server is worth waiting for. Five calls in a row that were left unanswered open it, and calls are refused at
 * once; the next answer to the server's heartbeat closes it, so that no caller has to try.
 *
 * A server that answers other calls in time is busy, not silent: a call that expires meanwhile does not count. A late answer to another call
 * is no such sign, or a server that is always too slow would never open it.
 *
 * Source: https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
 */
export class Breaker {
  isOpen = false;
  private unanswered = 0;
  private answersInTime = 0;
  /** All, late ones included. */
  answers = 0;

  constructor(private readonly onChange: () => void) {}

  sent(call: Waited): void {
    call.answersBefore = this.answersInTime;
  }

  answered({ isExpired }: Waited): void {
    this.unanswered = 0;
    this.answers++;
    if (!isExpired) this.answersInTime++;
  }

  leftUnanswered({ answersBefore }: Waited): void {
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
