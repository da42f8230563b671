/** Does not disturb a load test. */
export const USUAL_RATE = 10;
export const HIGHEST_RATE = 200;
/** After a pause, scores of at most this time are due. */
const LONGEST_ROUND_MS = 1_000;

/** The rate of the demo: all nodes that play divide it. */
export interface SharedRate {
  /** Null if no rate is chosen, or if its time is over. */
  choice: { scoresPerSecond: number; until: Date } | null;
  /** How many nodes play. */
  nodes: number;
}

/** How many scores this node plays: its part of one rate for all pages and nodes. */
export class ArenaRate {
  private shared: SharedRate = { choice: null, nodes: 1 };
  private due = 0;
  private countedAt = 0;

  get scoresPerSecond(): number {
    return this.chosen()?.scoresPerSecond ?? USUAL_RATE;
  }

  get chosenUntil(): Date | null {
    return this.chosen()?.until ?? null;
  }

  follow(shared: SharedRate): void {
    this.shared = shared;
  }

  /** How many scores are due on this node since the last call. */
  takeDue(now: number): number {
    const elapsed = Math.min(now - this.countedAt, LONGEST_ROUND_MS);
    const due = this.due + (this.scoresPerSecond * elapsed) / 1_000 / this.shared.nodes;
    const count = Math.floor(due);
    this.due = due - count;
    this.countedAt = now;
    return count;
  }

  private chosen() {
    const { choice } = this.shared;
    return choice && choice.until.getTime() > Date.now() ? choice : null;
  }
}
