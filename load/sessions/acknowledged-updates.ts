/** Fields of one session, and the newest value of each that the app has acknowledged. */
export type Values = ReadonlyMap<string, number>;

/** Finds the updates of a session that were acknowledged and then lost. Each field has one writer, which counts up. */
export class AcknowledgedUpdates {
  private readonly newest = new Map<string, number>();
  private readonly lost = new Set<string>();

  acknowledge(field: string, value: number): void {
    this.newest.set(field, value);
  }

  /** What an answer that is requested now must have. */
  get values(): Values {
    return new Map(this.newest);
  }

  /** Compares the data of an answer with the updates that were acknowledged before it was requested. */
  check(data: Readonly<Record<string, unknown>>, acknowledged: Values): void {
    for (const [field, value] of acknowledged) {
      const found = data[field];
      if (typeof found !== 'number' || found < value) this.lost.add(`${field} ${value}`);
    }
  }

  /** Each update counts once, however many answers lack it. */
  get countOfLost(): number {
    return this.lost.size;
  }
}
