/** Metrics in the text format of Prometheus. */
export class Metrics {
  private readonly lines: readonly string[];

  constructor(text: string) {
    this.lines = text.split('\n');
  }

  /** The sum of all series of a metric that have these labels. */
  sum(name: string, labels: Record<string, string> = {}): number {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return this.lines
      .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
      .reduce((sum, line) => sum + valueOf(line), 0);
  }

  /** The histograms of a metric whose labels match, by the values of these labels. */
  histograms(name: string, labels: readonly string[]): Map<string, Histogram> {
    const found = new Map<string, Histogram>();
    for (const line of this.lines.filter((one) => one.startsWith(`${name}_`))) {
      const of = labels
        .map((label) => labelOf(line, label))
        .join(' ')
        .trim();
      const histogram = found.get(of) ?? new Histogram();
      found.set(of, histogram);
      if (line.startsWith(`${name}_sum{`)) histogram.sum += valueOf(line);
      const bound = labelOf(line, 'le');
      if (bound) histogram.add(Number(bound.replace('+Inf', 'Infinity')), valueOf(line));
    }
    return found;
  }
}

/** How often which values occurred: all series with the same labels together. */
export class Histogram {
  sum = 0;
  /** By its upper bound, how many values were at most that. */
  private readonly atMost = new Map<number, number>();

  get count(): number {
    return this.atMost.get(Infinity) ?? 0;
  }

  add(bound: number, count: number): void {
    this.atMost.set(bound, (this.atMost.get(bound) ?? 0) + count);
  }

  /** What came after `before`. */
  since(before: Histogram | undefined): Histogram {
    const difference = new Histogram();
    difference.sum = this.sum - (before?.sum ?? 0);
    for (const [bound, count] of this.atMost) difference.add(bound, count - (before?.atMost.get(bound) ?? 0));
    return difference;
  }

  /** The upper bound of the bucket that the quantile is in. */
  quantileAtMost(share: number): number {
    const bounds = [...this.atMost].toSorted(([one], [other]) => one - other);
    const [bound = Number.NaN] = bounds.find(([, count]) => count >= share * this.count) ?? [];
    return bound;
  }
}

function valueOf(line: string): number {
  return Number(line.split(' ').at(-1));
}

function labelOf(line: string, label: string): string {
  return new RegExp(`[{,]${label}="([^"]*)"`).exec(line)?.[1] ?? '';
}
