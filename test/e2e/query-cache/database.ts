/** Stands for a database: a load begins at once and ends when the test opens the gate. */
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
