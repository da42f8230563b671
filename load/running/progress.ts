/** How long the rest of a run takes, by the estimates of its scenarios. */
export class Progress {
  private current = 0;
  private startedAt: number;

  constructor(
    private readonly estimates: readonly number[],
    private readonly clock: () => number = () => performance.now() / 1000,
  ) {
    this.startedAt = clock();
  }

  start(scenario: number): void {
    this.current = scenario;
    this.startedAt = this.clock();
  }

  /** For example "12:05 min left". */
  get left(): string {
    const [estimate = 0, ...rest] = this.estimates.slice(this.current);
    const current = Math.max(0, estimate - (this.clock() - this.startedAt));
    return `${formatMinutes(rest.reduce((sum, seconds) => sum + seconds, current))} min left`;
  }
}

/** 65 → "1:05" */
export function formatMinutes(seconds: number): string {
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
