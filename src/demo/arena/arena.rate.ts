/** Does not disturb a load test. */
export const USUAL_RATE = 10;
export const HIGHEST_RATE = 200;
/** A page that is left open does not keep a high rate. */
const CHOICE_ENDS_AFTER_MS = 10 * 60_000;
/** After a pause, scores of at most this time are due. */
const LONGEST_ROUND_MS = 1_000;

/** How many scores a second are played: one rate for all pages. */
export class ArenaRate {
  private choice: { scoresPerSecond: number; until: number } | null = null;
  private due = 0;
  private countedAt = 0;

  get scoresPerSecond(): number {
    return this.chosen()?.scoresPerSecond ?? USUAL_RATE;
  }

  get chosenUntil(): Date | null {
    const chosen = this.chosen();
    return chosen && new Date(chosen.until);
  }

  choose(scoresPerSecond: number): void {
    this.choice = { scoresPerSecond, until: Date.now() + CHOICE_ENDS_AFTER_MS };
  }

  reset(): void {
    this.choice = null;
  }

  /** How many scores are due since the last call. */
  takeDue(now: number): number {
    const elapsed = Math.min(now - this.countedAt, LONGEST_ROUND_MS);
    const due = this.due + (this.scoresPerSecond * elapsed) / 1_000;
    const count = Math.floor(due);
    this.due = due - count;
    this.countedAt = now;
    return count;
  }

  private chosen() {
    if (this.choice && this.choice.until <= Date.now()) this.choice = null;
    return this.choice;
  }
}
