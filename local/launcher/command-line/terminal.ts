import { percent, type Progress, progressBar, progressText } from './progress.js';

const CLEAR_LINE = '\r\u001b[2K';
const NAME_WIDTH = 10;

/** What the launcher says: lines, and below them one progress bar, or its lines where there is no terminal. */
export class Terminal {
  private bar = '';
  private tenthsSaid = -1;

  constructor(private readonly output: NodeJS.WriteStream) {
    // A closed terminal must not keep the servers from being stopped in order.
    output.on('error', () => undefined);
  }

  /** A line about a part of the stack. */
  part(name: string, text: string): void {
    this.line(`${name.padEnd(NAME_WIDTH)} ${text}`);
  }

  line(text: string): void {
    this.output.write(this.bar ? `${CLEAR_LINE}${text}\n${this.bar}` : `${text}\n`);
  }

  progress(name: string, progress: Progress): void {
    if (this.output.isTTY) {
      this.bar = `${name.padEnd(NAME_WIDTH)} ${progressBar(progress)}  ${progressText(progress)}`;
      this.output.write(CLEAR_LINE + this.bar);
      return;
    }
    const tenths = Math.floor(percent(progress) / 10);
    if (tenths === this.tenthsSaid && !progress.note) return;
    this.tenthsSaid = tenths;
    this.part(name, progressText(progress));
  }

  endProgress(): void {
    if (this.bar) this.output.write(CLEAR_LINE);
    this.bar = '';
  }
}
