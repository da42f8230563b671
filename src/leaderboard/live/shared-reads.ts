/** Callers that arrive during a read share the next one. So no caller gets a result from before its call. */
export class SharedReads<Result> {
  private readonly running = new Map<string, Promise<unknown>>();
  private readonly next = new Map<string, Promise<Result>>();

  constructor(private readonly load: (name: string) => Promise<Result>) {}

  read(name: string): Promise<Result> {
    const next = this.next.get(name);
    if (next) return next;
    const running = this.running.get(name);
    if (!running) return this.begin(name);
    const shared = running.then(() => {
      this.next.delete(name);
      return this.begin(name);
    });
    this.next.set(name, shared);
    return shared;
  }

  private begin(name: string): Promise<Result> {
    const reading = this.load(name);
    const end = (): void => void this.running.delete(name);
    this.running.set(name, reading.then(end, end));
    return reading;
  }
}
