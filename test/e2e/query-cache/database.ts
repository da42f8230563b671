/** Loads that begin when they are asked for and end when the test says so. */
export class Database {
  loads = 0;
  value: unknown = 'first';
  private gate: Promise<void> = Promise.resolve();
  open: () => void = () => undefined;

  close(): void {
    this.gate = new Promise((resolve) => (this.open = resolve));
  }

  readonly load = async (): Promise<unknown> => {
    this.loads++;
    const { value } = this;
    await this.gate;
    if (value instanceof Error) throw value;
    return value;
  };
}
