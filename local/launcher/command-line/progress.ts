export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly elapsedMilliseconds: number;
  /** Replaces the rate and the remaining time. */
  readonly note?: string | undefined;
}

const BAR_WIDTH = 24;

/** For example "45 %  1,350,000 of 3,000,000 rows  812,000/s  2 s left" */
export function progressText(progress: Progress): string {
  const { done, total, note } = progress;
  const count = `${percent(progress)} %  ${number(done)} of ${number(total)} rows`;
  return `${count}  ${note ?? pace(progress)}`.trimEnd();
}

/** For example "━━━━━━━━────────────────" */
export function progressBar({ done, total }: Progress): string {
  const filled = total === 0 ? BAR_WIDTH : Math.floor((done / total) * BAR_WIDTH);
  return '━'.repeat(filled) + '─'.repeat(BAR_WIDTH - filled);
}

export function percent({ done, total }: Progress): number {
  return total === 0 ? 100 : Math.floor((done / total) * 100);
}

function pace({ done, total, elapsedMilliseconds }: Progress): string {
  if (done === 0 || elapsedMilliseconds === 0) return '';
  const perSecond = (done / elapsedMilliseconds) * 1000;
  const secondsLeft = Math.ceil((total - done) / perSecond);
  return `${number(Math.round(perSecond / 1000) * 1000)}/s  ${secondsLeft} s left`;
}

function number(value: number): string {
  return value.toLocaleString('en');
}
