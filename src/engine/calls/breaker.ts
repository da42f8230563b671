const OPENS_AFTER = 5;

/**
 * Whether a server is worth waiting for. Five calls in a row that were left unanswered open it, and calls are refused at
 * once; the next answer to the server's pulse closes it, so that no caller has to try.
 *
 * Source: https://learn.microsoft.com/azure/architecture/patterns/circuit-breaker
 */
export class Breaker {
  isOpen = false;
  private unanswered = 0;

  constructor(private readonly onChange: () => void) {}

  answered(): void {
    this.unanswered = 0;
  }

  leftUnanswered(): void {
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
