import { percent, type Progress, progressBar, progressText } from './progress.js';

const CLEAR_LINE = '\r\u001b[2K';
const NAME_WIDTH = 10;

/** The launcher's output: lines with one progress bar below them. Without a terminal, a line for every 10 % instead of the bar. */
export class Terminal {
  private bar = '';
  private tenthsPrinted = -1;

  constructor(private readonly output: NodeJS.WriteStream) {
    // A closed terminal must not prevent an orderly shutdown.
    output.on('error', () => undefined);
  }

  /** Prints a line about one part of the stack. */
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
    if (tenths === this.tenthsPrinted && !progress.note) return;
    this.tenthsPrinted = tenths;
    this.part(name, progressText(progress));
  }

  endProgress(): void {
    if (this.bar) this.output.write(CLEAR_LINE);
    this.bar = '';
  }
}
